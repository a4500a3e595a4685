package ulens.gateway.recovery;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.stream.Head;
import ulens.gateway.stream.Position;

import java.util.Random;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** What an offset says, and against which head it says anything. */
class OffsetTest {
    private static final long GENERATION = 2_485_785_898_404_927L;
    private static final Head HEAD = new Head(100, GENERATION, false);
    private static final Pattern EARLIER_RELEASE = Pattern
            .compile("([0-9a-z]{1,12})\\.([0-9a-z]{1,7})(?:\\.([0-9a-z]{1,12}))?");

    @Test
    void everyPositionComesBackAsItWas() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            long head = 1 + random.nextLong(1L << 50);
            long generation = 1 + random.nextLong(1L << 52);
            long seq = 1 + random.nextLong(head);
            long open = random.nextBoolean() ? 0 : random.nextLong(head);
            long floor = random.nextBoolean() ? 0 : random.nextLong(seq);
            Position position = new Position(seq, generation, open, floor);
            String text = Offset.of("user", position);
            assertThat(Offset.parse("user", text, new Head(head, generation, false))).contains(position);
            assertThat(EARLIER_RELEASE.matcher(text).matches()).as("read by an earlier release: " + text).isFalse();
        }
    }

    @Test
    void anotherGenerationAnotherUserAndWhatLiesBeyondTheHeadSayNothing() {
        String offset = Offset.of("user", new Position(100, GENERATION, 0, 0));
        assertThat(Offset.parse("user", offset, HEAD)).isPresent();
        assertThat(Offset.parse("user", offset, new Head(100, GENERATION + 1, true))).isEmpty();
        assertThat(Offset.parse("user", offset, new Head(99, GENERATION, true))).isEmpty();
        assertThat(Offset.parse("user", offset, Head.NONE)).isEmpty();
        assertThat(Offset.parse("another", offset, HEAD)).isEmpty();
        assertThat(Offset.parse("user", Offset.of("user", new Position(5, GENERATION, 101, 0)), HEAD)).isEmpty();
        assertThat(Offset.parse("user", Offset.of("user", new Position(5, GENERATION, 0, 6)), HEAD)).isEmpty();
    }

    @Test
    void theOffsetOfAStreamThatDidNotExistFitsWhateverHasBegunSince() {
        String offset = Offset.of("user", new Position(0, Position.NO_STREAM, 0, 0));
        assertThat(Offset.parse("user", offset, HEAD)).contains(new Position(0, Position.NO_STREAM, 0, 0));
        assertThat(Offset.parse("user", offset, Head.NONE)).isPresent();
        assertThat(Offset.parse("user", Offset.of("user", new Position(3, Position.NO_STREAM, 0, 0)), HEAD)).isEmpty();
    }

    @Test
    void anOffsetOfAnEarlierReleaseBelongsToTheFirstGeneration() {
        String mark = Integer.toUnsignedString("user".hashCode(), 36);
        Head first = new Head(100, GENERATION, true);
        assertThat(Offset.parse("user", "2s." + mark, first)).contains(new Position(100, GENERATION, 0, 0));
        assertThat(Offset.parse("user", "1." + mark + ".2s", first)).contains(new Position(1, GENERATION, 100, 0));
        assertThat(Offset.parse("user", "2t." + mark, first)).as("beyond the head").isEmpty();
        assertThat(Offset.parse("user", "2s." + mark, HEAD)).isEmpty();
        assertThat(Offset.parse("user", "0." + mark, HEAD)).as("it claims nothing").isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", ".", "1", "1.", "1..", "1.MARK.", "1.MARK.0.", "1.MARK.0.5.0.", "1.MARK.0.5.0.0",
            "-1.MARK.0.5", "1.MARK.0.zzzzzzzzzzzzz", "zzzzzzzzzzzzz.MARK", "1.MARK.0.5 ", "1.MARK.0.-5",
            "1.MARK.0.5.1é" })
    void whatIsNoOffsetSaysNothing(String text) {
        String mark = Integer.toUnsignedString("user".hashCode(), 36);
        assertThat(Offset.parse("user", text.replace("MARK", mark), new Head(100, 5, true))).isEmpty();
    }
}
