package ulens.gateway.stream;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Rows go to a socket in pieces of about 32,768 characters: as many as fit, and a larger one alone. */
class ChunksTest {
    private static final int ENVELOPE = 256;

    /** As long on the wire as is asked for. */
    private static Delivery row(long seq, int characters) {
        return new Delivery("a", 1, seq, seq, "x".repeat(characters - ENVELOPE), null, null, null);
    }

    private static List<List<Long>> chunks(int... lengths) {
        List<Delivery> rows = new ArrayList<>();
        for (int length : lengths) {
            rows.add(row(rows.size() + 1, length));
        }
        return Chunks.of(rows).stream().map(chunk -> chunk.stream().map(Delivery::seq).toList()).toList();
    }

    @Test
    void whatFitsGoesTogether() {
        assertThat(chunks(16_384, 16_384)).containsExactly(List.of(1L, 2L));
        assertThat(chunks(16_384, 16_385)).containsExactly(List.of(1L), List.of(2L));
        assertThat(chunks(16_384, 16_385, 16_383, 16_384)).containsExactly(List.of(1L), List.of(2L, 3L), List.of(4L));
    }

    @Test
    void whatFitsNowhereGoesAlone() {
        assertThat(chunks(40_000)).containsExactly(List.of(1L));
        assertThat(chunks(300, 40_000, 300)).containsExactly(List.of(1L), List.of(2L), List.of(3L));
        assertThat(chunks()).isEmpty();
    }

    @Test
    void metadataCount() {
        assertThat(new Delivery("a", 1, 1, 1, "abc", "{}", null, null).characters()).isEqualTo(ENVELOPE + 5);
    }

    @Test
    void whatIsLoggedOfARowIsNothingThatItsUserSees() {
        assertThat(new Delivery("a", 1, 2, 3, "secret", "secret", null, null)).hasToString("Delivery[a #2]");
        assertThat(new NewDelivery("a", 3, "secret", "secret", null, null))
                .hasToString("NewDelivery[a notification 3]");
    }

    @Test
    void aRowIsEncodedOnceForAllSocketsWithoutAFloor() {
        int[] encoded = new int[1];
        LiveRow<String> row = new LiveRow<>(new Delivery("a", 7, 2, 3, "", null, null, null), (_, place) -> {
            encoded[0]++;
            return place.seq() + "/" + place.generation() + "/" + place.floor();
        });
        assertThat(List.of(row.encoded(0), row.encoded(0), row.encoded(5))).containsExactly("2/7/0", "2/7/0", "2/7/5");
        assertThat(encoded[0]).isEqualTo(2);
        assertThat(row.seq()).isEqualTo(2);
        assertThat(row.generation()).isEqualTo(7);
    }
}
