package ulens.gateway.inbox;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ulens.gateway.inbox.ReceiptStore.Read;
import ulens.gateway.inbox.ReceiptStore.Request;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Requests of users whose rows somebody else has locked are tried in turn, and each gets an answer. */
@Timeout(60)
class LockedLaneTest {
    private final List<Task> others = Task.all();
    private final MemoryReceipts store = new MemoryReceipts();
    private LockedLane lane = new LockedLane(store, Duration.ofHours(1));

    @BeforeEach
    void lock() {
        store.store("a", 10);
        store.store("b", 10);
        store.failures.put("a", MemoryReceipts.failure("55P03"));
    }

    @AfterEach
    void close() {
        store.goOn();
        store.failures.clear();
        lane.close();
    }

    private static Request request(String user, long id) {
        return new Request(user, List.of(id), new CompletableFuture<>());
    }

    private static Read read(Request request) throws Exception {
        return request.answer().get();
    }

    @Test
    void whoIsLockedIsTriedInTurnWithOthersUntilTheLockIsGone() throws Exception {
        Request a = request("a", 1);
        Request b = request("b", 2);
        lane.put(a);
        lane.put(b);
        store.goOn();
        assertThat(read(b).changed()).containsExactly(2L);
        assertThat(store.begun.take()).containsExactly("a");
        assertThat(store.begun.take()).containsExactly("b");
        assertThat(store.begun.take()).containsExactly("a");
        assertThat(a.answer()).isNotDone();
        store.failures.clear();
        assertThat(read(a).changed()).containsExactly(1L);
    }

    @Test
    void aUsersNextRequestsComeHereUntilTheLastIsAnswered() throws Exception {
        Request one = request("a", 1);
        Request other = request("a", 2);
        assertThat(lane.takes(one)).isFalse();
        lane.put(one);
        assertThat(lane.takes(other)).isTrue();
        assertThat(lane.takes(request("b", 1))).isFalse();
        store.failures.clear();
        store.turns.release();
        assertThat(read(one).changed()).containsExactly(1L);
        Request third = request("a", 3);
        assertThat(lane.takes(third)).as("one of its requests still waits").isTrue();
        store.goOn();
        assertThat(read(other).changed()).containsExactly(2L);
        assertThat(read(third).changed()).containsExactly(3L);
        await().until(() -> !lane.takes(request("a", 4)));
    }

    @Test
    void whoseTimeIsOverIsToldOfTheLock() {
        lane.close();
        lane = new LockedLane(store, Duration.ZERO);
        Request a = request("a", 1);
        lane.put(a);
        store.goOn();
        assertThatThrownBy(() -> read(a)).isInstanceOf(ExecutionException.class).hasCause(store.failures.get("a"));
        await().until(() -> !lane.takes(a));
    }

    @Test
    void anyOtherFailureIsAnAnswerAtOnce() {
        store.failures.put("a", MemoryReceipts.failure("23505"));
        Request a = request("a", 1);
        lane.put(a);
        store.goOn();
        assertThatThrownBy(() -> read(a)).isInstanceOf(ExecutionException.class).hasCause(store.failures.get("a"));
        assertThat(store.begun).hasSize(1);
    }

    @Test
    void theLaneIsWorkThatFailsWhileSomebodyIsLockedAndEndsWithTheGateway() throws Exception {
        Request a = request("a", 1);
        lane.put(a);
        assertThat(failing()).isTrue();
        store.failures.clear();
        store.goOn();
        read(a);
        await().until(() -> !failing());
        lane.close();
        assertThat(own()).isEmpty();
    }

    private boolean failing() {
        return own().stream().anyMatch(task -> task.failing(Duration.ZERO).isPresent());
    }

    /** By name, since other tests run beside this one. */
    private List<Task> own() {
        return Task.all().stream()
                .filter(task -> task.name().equals("read-receipts-of-locked-users") && !others.contains(task)).toList();
    }

    @Test
    void itRunsAgainAfterItHasRunDry() throws Exception {
        store.goOn();
        store.failures.clear();
        for (long id = 1; id <= 3; id++) {
            Request request = request("a", id);
            lane.put(request);
            assertThat(read(request).changed()).containsExactly(id);
        }
    }
}
