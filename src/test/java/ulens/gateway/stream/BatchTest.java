package ulens.gateway.stream;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** A batch in columns: sorted by user, each user's rows in the order of arrival, numbered up to the new head. */
class BatchTest {
    private static final Instant SENT = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant READ = Instant.parse("2026-01-02T00:00:00Z");

    private final Batch batch = Batch.of(List.of(new NewDelivery("b", 1, "b1", null, SENT, null),
            new NewDelivery("a", 2, "a2", "{}", SENT, null), new NewDelivery("b", 3, "b3", null, SENT, READ)));

    @Test
    void rowsAreSortedByUserAndKeepTheirOrder() {
        assertThat(batch.size()).isEqualTo(3);
        assertThat(batch.userIds()).containsExactly("a", "b", "b");
        assertThat(batch.notificationIds()).containsExactly(2, 1, 3);
        assertThat(batch.messages()).containsExactly("a2", "b1", "b3");
        assertThat(batch.metadata()).containsExactly("{}", null, null);
        assertThat(batch.sentAts()).containsOnly("2026-01-01T00:00:00Z");
        assertThat(batch.readAts()).containsExactly(null, null, "2026-01-02T00:00:00Z");
        assertThat(batch.row(2).notificationId()).isEqualTo(3);
    }

    @Test
    void usersComeWithTheirRowsAndTheirUnreadRows() {
        assertThat(batch.users()).containsExactly("a", "b");
        assertThat(batch.counts()).containsExactly(1, 2);
        assertThat(batch.fresh()).containsExactly(1, 1);
    }

    @Test
    void theLastRowOfAUserIsTheNewHead() {
        batch.number(Map.of("a", new Head(5, 70, false), "b", new Head(12, 80, false)));
        assertThat(batch.seqs()).containsExactly(5, 11, 12);
        assertThat(batch.generations()).containsExactly(70, 80, 80);
    }
}
