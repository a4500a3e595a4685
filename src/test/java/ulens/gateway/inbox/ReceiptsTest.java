package ulens.gateway.inbox;

import io.helidon.dbclient.DbClientException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a client is told of its request, and what is done for it. */
@Timeout(60)
class ReceiptsTest {
    private final MemoryReceipts store = new MemoryReceipts();
    private final AtomicInteger queued = new AtomicInteger();
    private final Receipts receipts = new Receipts(store, queued::incrementAndGet);

    @BeforeEach
    void rows() {
        store.goOn();
        store.store("ann", 3);
    }

    @AfterEach
    void close() {
        receipts.close();
    }

    @Test
    void aClientLearnsWhatIsReadNowWhatWasUnreadAndWhatIsNotItsOwn() {
        assertThat(receipts.read("ann", Set.of(2L)))
                .isEqualTo(new Receipt(List.of(2L), List.of(2L), List.of(), MemoryReceipts.NOW, 2));
        assertThat(receipts.read("ann", Set.of(1L, 2L)))
                .isEqualTo(new Receipt(List.of(1L, 2L), List.of(1L), List.of(), MemoryReceipts.NOW, 1));
        assertThat(receipts.read("ann", Set.of(9L))).isEqualTo(new Receipt(List.of(), List.of(), List.of(9L), null, 1));
        assertThat(receipts.read()).isEqualTo(2);
        assertThat(queued).as("the outbox is woken only if there is an event in it").hasValue(2);
    }

    @Test
    void allIsReadInPagesEachWithItsOwnCommit() {
        store.store("ann", 2L * Receipts.MOST_IDS + 1);
        Receipt receipt = receipts.readAll("ann");
        assertThat(receipt.changed()).hasSize(2 * Receipts.MOST_IDS + 1).isSorted()
                .isEqualTo(receipt.notificationIds());
        assertThat(receipt.readAt()).isEqualTo(MemoryReceipts.NOW);
        assertThat(receipt.unread()).isZero();
        assertThat(store.begun).hasSize(3);
        assertThat(receipts.read()).isEqualTo(2 * Receipts.MOST_IDS + 1);
    }

    @Test
    void theTimeOfAllIsThatOfTheLastPageThatHadAny() {
        store.store("ann", Receipts.MOST_IDS);
        assertThat(receipts.readAll("ann").readAt()).isEqualTo(MemoryReceipts.NOW);
        assertThat(store.begun).as("the second page was empty").hasSize(2);
        assertThat(receipts.readAll("ann")).isEqualTo(new Receipt(List.of(), List.of(), List.of(), null, 0));
    }

    @Test
    void oneRequestForAllMarksNoMoreThanTheMost() {
        store.store("ann", Receipts.MOST_READ_AT_ONCE + 1);
        assertThat(receipts.readAll("ann").changed()).hasSize(Receipts.MOST_READ_AT_ONCE);
        assertThat(receipts.readAll("ann").changed()).hasSize(1);
    }

    @Test
    void aDeadlockIsTriedOnceMore() {
        store.failures.put("ann", MemoryReceipts.failure("40P01"));
        assertThatThrownBy(() -> receipts.read("ann", Set.of(1L))).isInstanceOf(DbClientException.class);
        assertThat(store.begun).hasSize(2);
    }

    @Test
    void whatIsNoDeadlockIsNotTriedAgain() {
        store.failures.put("ann", MemoryReceipts.failure("23505"));
        assertThatThrownBy(() -> receipts.read("ann", Set.of(1L))).isInstanceOf(DbClientException.class);
        assertThat(store.begun).hasSize(1);
        assertThat(receipts.read()).isZero();
    }

    @Test
    void afterTheEndThereIsNoAnswer() {
        receipts.close();
        assertThatThrownBy(() -> receipts.read("ann", Set.of(1L))).hasMessage("the gateway stops");
    }
}
