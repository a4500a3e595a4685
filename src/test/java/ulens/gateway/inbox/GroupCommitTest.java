package ulens.gateway.inbox;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.inbox.ReceiptStore.Read;
import ulens.gateway.work.Task;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Receipts of many users are written together, and every request gets its own answer, whatever happens to others. */
@Timeout(60)
class GroupCommitTest {
    private final List<Task> others = Task.all();
    private final MemoryReceipts store = new MemoryReceipts();
    private final GroupCommit commits = new GroupCommit(store);

    /** The writer is in a transaction of somebody else's, which has not ended. */
    @BeforeEach
    void begin() throws InterruptedException {
        for (String user : List.of("first", "a", "b", "c")) {
            store.store(user, 10);
        }
        read("first", 1);
        assertThat(store.begun.take()).containsExactly("first");
    }

    @AfterEach
    void close() {
        store.goOn();
        commits.close();
    }

    private CompletableFuture<Read> read(String user, long... ids) {
        return commits.ask(user, LongStream.of(ids).boxed().toList());
    }

    private static void assertRead(CompletableFuture<Read> answer, long... ids) throws Exception {
        assertThat(answer.get().changed()).containsExactly(LongStream.of(ids).boxed().toArray(Long[]::new));
    }

    private static void assertFails(CompletableFuture<Read> answer, Throwable failure) {
        assertThatThrownBy(answer::get).isInstanceOf(ExecutionException.class).hasCause(failure);
    }

    private long failures() {
        return Task.all().stream().filter(task -> task.name().equals("read-receipts") && !others.contains(task))
                .mapToLong(Task::failures).sum();
    }

    @Test
    void whatComesDuringATransactionGoesIntoTheNextTogether() throws Exception {
        CompletableFuture<Read> a = read("a", 1, 2);
        CompletableFuture<Read> b = read("b", 3);
        store.goOn();
        assertThat(store.begun.take()).containsExactly("a", "b");
        assertRead(a, 1, 2);
        assertRead(b, 3);
    }

    @Test
    void theSecondRequestOfAUserSeesWhatTheFirstHasDone() throws Exception {
        CompletableFuture<Read> one = read("a", 1, 2);
        CompletableFuture<Read> other = read("a", 2, 3);
        CompletableFuture<Read> b = read("b", 1);
        store.goOn();
        assertThat(store.begun.take()).containsExactly("a", "b");
        assertThat(store.begun.take()).containsExactly("a");
        assertRead(one, 1, 2);
        assertRead(other, 3);
        assertRead(b, 1);
    }

    @Test
    void aTransactionHasNoMoreThanTheMostIds() throws Exception {
        read("a", LongStream.rangeClosed(1, 4_999).toArray());
        read("b", 1);
        read("c", 1);
        store.goOn();
        assertThat(store.begun.take()).containsExactly("a", "b");
        assertThat(store.begun.take()).containsExactly("c");
    }

    @Test
    void aSingleRequestWithMoreGoesAlone() throws Exception {
        read("a", LongStream.rangeClosed(1, 5_001).toArray());
        read("b", 1);
        store.goOn();
        assertThat(store.begun.take()).containsExactly("a");
        assertThat(store.begun.take()).containsExactly("b");
    }

    @Test
    void aTransactionHasNoMoreThanTwoHundredUsers() throws Exception {
        IntStream.range(0, 201).forEach(i -> read("user-" + i, 1));
        store.goOn();
        assertThat(store.begun.take()).hasSize(200);
        assertThat(store.begun.take()).hasSize(1);
    }

    @Test
    void aTransactionThatFailsThroughOneUserIsRepeatedForEachAlone() throws Exception {
        RuntimeException failure = MemoryReceipts.failure("23505");
        store.failures.put("b", failure);
        CompletableFuture<Read> a = read("a", 1);
        CompletableFuture<Read> b = read("b", 1);
        CompletableFuture<Read> c = read("c", 1);
        store.goOn();
        assertRead(a, 1);
        assertFails(b, failure);
        assertRead(c, 1);
        assertThat(store.begun).containsExactly(List.of("a", "b", "c"), List.of("a"), List.of("b"), List.of("c"));
        await().until(() -> failures() == 1);
    }

    @Test
    void ofSeveralBadUsersEachFailureIsToldAndCounted() throws Exception {
        store.failures.put("a", MemoryReceipts.failure("23505"));
        store.failures.put("b", MemoryReceipts.failure("22003"));
        CompletableFuture<Read> a = read("a", 1);
        CompletableFuture<Read> b = read("b", 1);
        store.goOn();
        assertFails(a, store.failures.get("a"));
        assertFails(b, store.failures.get("b"));
        await().until(() -> failures() == 2);
        assertRead(read("c", 1), 1);
        assertThat(failures()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = { "08006", "53300", "57P01", "58030", "25006", "" })
    void ifTheDatabaseIsAwayEverybodyWhoWaitsIsToldAtOnce(String state) throws Exception {
        store.failures.put("a", MemoryReceipts.failure(state));
        CompletableFuture<Read> a = read("a", 1);
        CompletableFuture<Read> later = read("a", 2);
        CompletableFuture<Read> b = read("b", 1);
        store.goOn();
        assertFails(a, store.failures.get("a"));
        assertFails(b, store.failures.get("a"));
        assertFails(later, store.failures.get("a"));
        assertThat(store.begun).as("nobody is tried alone").containsExactly(List.of("a", "b"));
    }

    @Test
    void ifTheDatabaseGoesAwayWhileTheyAreTriedAloneTheRestIsTold() throws Exception {
        store.failures.put("a", MemoryReceipts.failure("23505"));
        CompletableFuture<Read> a = read("a", 1);
        CompletableFuture<Read> b = read("b", 1);
        CompletableFuture<Read> c = read("c", 1);
        store.turns.release(2);
        assertThat(store.begun.take()).containsExactly("a", "b", "c");
        assertThat(store.begun.take()).containsExactly("a");
        store.failures.put("b", MemoryReceipts.failure("08006"));
        store.goOn();
        assertThat(store.begun.take()).containsExactly("b");
        assertThatThrownBy(a::get).isInstanceOf(ExecutionException.class);
        assertFails(b, store.failures.get("b"));
        assertFails(c, store.failures.get("b"));
        assertThat(store.begun).isEmpty();
    }

    @Test
    void anErrorIsAnAnswerToo() throws Exception {
        store.failures.put("a", new NoClassDefFoundError("made up"));
        CompletableFuture<Read> a = read("a", 1);
        store.goOn();
        assertFails(a, store.failures.get("a"));
        assertThatThrownBy(() -> commits.read("a", List.of(1L))).hasCauseInstanceOf(NoClassDefFoundError.class);
    }

    @Test
    void aUserWhoseRowsAreLockedHoldsUpNobodyAndIsAnsweredWhenTheLockIsGone() throws Exception {
        store.failures.put("a", MemoryReceipts.failure("55P03"));
        CompletableFuture<Read> a = read("a", 1);
        CompletableFuture<Read> b = read("b", 1);
        store.goOn();
        assertRead(b, 1);
        CompletableFuture<Read> later = read("a", 1, 2);
        assertRead(read("c", 1), 1);
        assertThat(a).isNotDone();
        assertThat(later).isNotDone();
        store.failures.clear();
        assertThat(a.get().known()).containsExactly(1L);
        assertThat(later.get().known()).containsExactly(1L, 2L);
        assertThat(failures()).as("a lock is no failure of the writer").isZero();
    }

    @Test
    void theEndWritesWhatWaitsAndAnswersNobodyAfterIt() throws Exception {
        CompletableFuture<Read> a = read("a", 1);
        store.goOn();
        commits.close();
        assertRead(a, 1);
        assertThatThrownBy(() -> commits.read("b", List.of(1L))).isInstanceOf(IllegalStateException.class)
                .hasMessage("the gateway stops");
    }

    @Test
    void whatCanNotBeWrittenUntilTheEndIsToldSo() {
        CompletableFuture<Read> a = read("a", 1);
        commits.close();
        assertThatThrownBy(a::get).isInstanceOf(ExecutionException.class).hasRootCauseMessage("the gateway stops");
    }
}
