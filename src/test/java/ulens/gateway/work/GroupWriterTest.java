package ulens.gateway.work;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import ulens.gateway.work.BatchTarget.Outcome;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is added is written once, together, in its order, or its failure is told; nothing gets lost in between. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(60)
class GroupWriterTest {
    private static final System.Logger LOGGER = System.getLogger(GroupWriterTest.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Task task = Task.of(LOGGER, "[TEST]", "test-writer");
    private final Task unlocking = Task.of(LOGGER, "[TEST]", "test-locked");
    private final Store store = new Store();
    private GroupWriter<String, String> writer;

    /** A table that can be held up, that fails when it is told to, and in which somebody else locks keys. */
    private static final class Store implements BatchTarget<String, String> {
        private final Semaphore turns = new Semaphore(0);
        private final BlockingQueue<Map<String, String>> begun = new LinkedBlockingQueue<>();
        private final List<Map<String, String>> written = new CopyOnWriteArrayList<>();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Set<String> locked = ConcurrentHashMap.newKeySet();
        private volatile Thread thread;

        @Override
        public Outcome<String> write(Map<String, String> batch) throws Exception {
            thread = Thread.currentThread();
            Map<String, String> free = new LinkedHashMap<>(batch);
            begun.add(Map.copyOf(batch));
            turns.acquire();
            Throwable thrown = failure.getAndSet(null);
            if (thrown != null) {
                throw GroupWriterTest.<RuntimeException> sneaky(thrown);
            }
            free.keySet().removeAll(locked);
            written.add(free);
            Set<String> others = new HashSet<>(batch.keySet());
            others.removeAll(free.keySet());
            return new Outcome<>(others, true);
        }

        /** The next batch, while it is being written. */
        Map<String, String> inHand() throws InterruptedException {
            return begun.take();
        }

        void goOn() {
            turns.release(1_000_000);
        }
    }

    @AfterEach
    void close() {
        store.goOn();
        if (writer != null) {
            writer.close(PATIENCE);
        }
        task.close();
        unlocking.close();
    }

    private GroupWriter.Builder<String, String> writer() {
        return GroupWriter.of(task, String::concat, store);
    }

    @Test
    void whatComesDuringAWriteGoesIntoTheNextTogether() throws Exception {
        writer = writer().start();
        writer.add("a", "1");
        assertEquals(Map.of("a", "1"), store.inHand());
        writer.add("b", "2");
        writer.add("c", "3");
        store.turns.release();
        assertEquals(Map.of("b", "2", "c", "3"), store.inHand());
    }

    @Test
    void valuesOfOneKeyAreJoinedInTheirOrder() throws Exception {
        writer = writer().start();
        writer.add("other", "x");
        store.inHand();
        writer.add("a", "1");
        writer.add("a", "2");
        writer.add("a", "3");
        store.turns.release();
        assertEquals(Map.of("a", "123"), store.inHand());
    }

    @Test
    void theFirstOneWaitsForOthersIfItIsTold() throws Exception {
        writer = writer().gather(Duration.ofSeconds(1)).start();
        writer.add("a", "1");
        writer.add("b", "2");
        assertEquals(Map.of("a", "1", "b", "2"), store.inHand());
    }

    @Test
    void aBatchHasAMostAndTheOldestGoFirst() throws Exception {
        writer = writer().most(2).start();
        writer.add("a", "1");
        store.inHand();
        for (String key : List.of("e", "d", "c", "b", "f")) {
            writer.add(key, key);
        }
        store.goOn();
        assertEquals(Set.of("e", "d"), store.inHand().keySet());
        assertEquals(Set.of("c", "b"), store.inHand().keySet());
        assertEquals(Set.of("f"), store.inHand().keySet());
    }

    @Test
    void whatTheRulePassesOverKeepsItsPlace() throws Exception {
        writer = writer().most(2).choosing(() -> {
            Set<String> values = new HashSet<>();
            return (_, value) -> values.add(value);
        }).start();
        writer.add("first", "0");
        store.inHand();
        writer.add("a", "same");
        writer.add("b", "same");
        writer.add("c", "other");
        writer.add("d", "third");
        store.goOn();
        assertEquals(Set.of("a", "c"), store.inHand().keySet());
        assertEquals(Set.of("b", "d"), store.inHand().keySet());
    }

    @Test
    void aWriteThatFailsIsRepeatedWithWhatHasComeSinceBehindIt() throws Exception {
        writer = writer().start();
        writer.add("a", "1");
        writer.add("b", "1");
        Map<String, String> first = new HashMap<>(store.inHand());
        writer.add("a", "2");
        writer.add("c", "2");
        store.failure.set(new NoClassDefFoundError("made up"));
        store.goOn();
        await().until(() -> all(store.written).equals(Map.of("a", "12", "b", "1", "c", "2")));
        assertEquals("1", first.get("a"));
        assertEquals(1, task.failures());
    }

    @Test
    void whatFailedIsRepeatedBeforeWhatCameLater() throws Exception {
        writer = writer().most(1).start();
        writer.add("a", "1");
        store.inHand();
        writer.add("b", "2");
        store.failure.set(new IllegalStateException("made up"));
        store.goOn();
        assertEquals(Map.of("a", "1"), store.inHand());
        assertEquals(Map.of("b", "2"), store.inHand());
    }

    @Test
    void anInterruptOfTheLoopLosesNothing() throws Exception {
        writer = writer().start();
        writer.add("a", "1");
        store.inHand();
        store.thread.interrupt();
        assertEquals(Map.of("a", "1"), store.inHand(), "the write that was interrupted is repeated");
        store.goOn();
        await().until(() -> !store.written.isEmpty());
        store.thread.interrupt();
        writer.add("b", "2");
        await().until(() -> all(store.written).containsKey("b"));
        assertEquals(Map.of("a", "1", "b", "2"), all(store.written));
    }

    @Test
    void whoIsLockedHoldsUpNobodyAndComesInItsOrderWhenTheLockIsGone() throws Exception {
        store.goOn();
        store.locked.add("a");
        writer = writer().setAside(unlocking, "keys are locked", 100).start();
        writer.add("a", "1");
        await().until(() -> unlocking.failures() > 0);
        writer.add("a", "2");
        writer.add("b", "2");
        writer.flush().get();
        assertEquals(Map.of("b", "2"), all(store.written), "b did not wait for a");
        assertFalse(store.begun.stream().anyMatch(batch -> batch.containsKey("a") && batch.containsKey("b")),
                "and what comes for a waits behind its first");
        store.locked.clear();
        await().until(() -> "12".equals(all(store.written).get("a")));
        assertTrue(unlocking.failing(Duration.ZERO).isEmpty());
        assertEquals(0, task.failures());
    }

    @Test
    void ifOnlyTheLocksAreFoundTheOthersAreWrittenAtOnceAndAFlushWaitsForThem() throws Exception {
        writer = GroupWriter.of(task, String::concat, new BatchTarget<String, String>() {
            @Override
            public Outcome<String> write(Map<String, String> batch) throws Exception {
                boolean found = batch.containsKey("locked");
                store.begun.add(Map.copyOf(batch));
                store.turns.acquire();
                if (!found) {
                    store.written.add(Map.copyOf(batch));
                }
                return found ? new Outcome<>(Set.of("locked"), false) : Outcome.written();
            }

            @Override
            public Set<String> writeAside(Map<String, String> aside) {
                if (store.locked.isEmpty()) {
                    store.written.add(Map.copyOf(aside));
                }
                return Set.copyOf(store.locked);
            }
        }).setAside(unlocking, "keys are locked", 100).start();
        store.locked.add("locked");
        writer.add("first", "0");
        store.inHand();
        writer.add("locked", "1");
        writer.add("b", "2");
        CompletableFuture<Void> flush = writer.flush();
        store.turns.release(2);
        store.inHand();
        assertEquals(Map.of("b", "2"), store.inHand());
        assertFalse(flush.isDone());
        store.goOn();
        flush.get();
        assertEquals(Map.of("first", "0", "b", "2"), all(store.written));
        store.locked.clear();
        await().until(() -> all(store.written).containsKey("locked"));
        assertEquals("1", all(store.written).get("locked"), "it was in one place only");
        assertEquals(0, task.failures());
    }

    @Test
    void whatIsSetAsideStaysThereIfTheDatabaseGoesAway() throws Exception {
        store.turns.release();
        store.locked.add("a");
        writer = writer().setAside(unlocking, "keys are locked", 100).start();
        writer.add("a", "1");
        await().until(() -> unlocking.failures() > 0);
        store.locked.clear();
        store.failure.set(new IllegalStateException("made up"));
        store.goOn();
        await().until(() -> "1".equals(all(store.written).get("a")));
        assertEquals(1, task.failures());
    }

    @Test
    void noMoreThanTheMostAreSetAside() {
        LockedKeys<Integer, String> locked = new LockedKeys<>(unlocking, "keys are locked", 100, String::concat);
        Map<Integer, String> batch = new LinkedHashMap<>();
        IntStream.rangeClosed(0, 100).forEach(key -> batch.put(key, "1"));
        locked.put(batch.keySet(), batch);
        locked.put(Set.of(100, 0), Map.of(100, "2", 0, "2"));
        assertEquals(100, locked.size());
        assertEquals("12", locked.values().get(0), "who is here already may add");
        assertFalse(locked.due(), "it is not tried again at once");
    }

    @Test
    void whoWaitsForAnOutcomeIsToldItAndAskedForNoMore() throws Exception {
        List<Map<String, String>> told = new CopyOnWriteArrayList<>();
        writer = GroupWriter.of(task, String::concat, new BatchTarget<String, String>() {
            @Override
            public Outcome<String> write(Map<String, String> batch) {
                if (batch.containsKey("bad")) {
                    throw new IllegalStateException("made up");
                }
                store.written.add(Map.copyOf(batch));
                return Outcome.written();
            }

            @Override
            public Map<String, String> failed(Map<String, String> batch, Throwable failure) {
                told.add(Map.copyOf(batch));
                return Map.of();
            }
        }).pauses(new Backoff(Duration.ofMillis(1), Duration.ofMillis(1))).start();
        writer.add("bad", "1");
        await().until(() -> !told.isEmpty());
        writer.add("good", "2");
        await().until(() -> !store.written.isEmpty());
        assertEquals(List.of(Map.of("bad", "1")), told);
        assertEquals(List.of(Map.of("good", "2")), store.written);
    }

    @Test
    void ifTheTellingFailsAsWellItIsRepeated() throws Exception {
        Semaphore tellings = new Semaphore(0);
        writer = GroupWriter.of(task, String::concat, new BatchTarget<String, String>() {
            @Override
            public Outcome<String> write(Map<String, String> batch) {
                throw new IllegalStateException("made up");
            }

            @Override
            public Map<String, String> failed(Map<String, String> batch, Throwable failure) {
                tellings.release();
                if (task.failures() == 0) {
                    throw new OutOfMemoryError("made up");
                }
                return Map.of();
            }
        }).start();
        writer.add("a", "1");
        assertTrue(tellings.tryAcquire(2, PATIENCE.toSeconds(), TimeUnit.SECONDS));
        writer.flush().handle((_, _) -> null).get();
        assertTrue(writer.takeAll().isEmpty());
    }

    @Test
    void flushTellsWhenAllThatCameBeforeIsWritten() throws Exception {
        writer = writer().most(1).start();
        assertTrue(writer.flush().isDone(), "nothing waits");
        writer.add("a", "1");
        store.inHand();
        writer.add("b", "2");
        writer.add("c", "3");
        CompletableFuture<Void> flush = writer.flush();
        store.turns.release(2);
        store.inHand();
        store.inHand();
        assertFalse(flush.isDone(), "the last one is in hand only");
        store.turns.release();
        flush.get();
        assertEquals(Set.of("a", "b", "c"), all(store.written).keySet());
    }

    @Test
    void flushWaitsForWhatIsInHandToo() throws Exception {
        writer = writer().start();
        writer.add("a", "1");
        store.inHand();
        CompletableFuture<Void> flush = writer.flush();
        assertFalse(flush.isDone());
        store.goOn();
        flush.get();
        assertEquals(Map.of("a", "1"), all(store.written));
    }

    @Test
    void flushFailsWithTheWriteEvenIfThatIsRepeated() throws Exception {
        writer = writer().start();
        writer.add("a", "1");
        store.inHand();
        writer.add("b", "2");
        CompletableFuture<Void> flush = writer.flush();
        store.turns.release();
        store.inHand();
        store.failure.set(new IllegalStateException("made up"));
        store.turns.release();
        assertThrows(ExecutionException.class, flush::get);
        store.goOn();
        writer.flush().get();
        assertEquals(Map.of("a", "1", "b", "2"), all(store.written));
    }

    @Test
    void whatEndsSomethingThatWaitsIsForgottenWithItIfTooManyWait() throws Exception {
        writer = writer().start();
        writer.add("first", "0");
        store.inHand();
        writer.add("a", "1");
        writer.addOrForget("a", "2", 2);
        writer.add("b", "1");
        writer.addOrForget("b", "2", 2);
        writer.add("c", "1");
        writer.addOrForget("d", "2", 2);
        store.turns.release();
        assertEquals(Map.of("a", "12", "c", "1", "d", "2"), store.inHand());
    }

    @Test
    void onlyTheOneThatWaitsCanBeWithdrawn() throws Exception {
        writer = writer().start();
        writer.add("first", "0");
        store.inHand();
        String gone = new StringBuilder("1").toString();
        writer.add("a", gone);
        writer.add("b", "1");
        writer.withdraw("a", gone);
        writer.withdraw("b", new StringBuilder("1").toString());
        store.turns.release();
        assertEquals(Map.of("b", "1"), store.inHand());
    }

    @Test
    void theEndWritesWhatIsInHandAndWhatWaits() throws Exception {
        writer = writer().most(1).start();
        writer.add("a", "1");
        store.inHand();
        writer.end();
        assertTrue(writer.add("b", "2"), "the last batch is not taken yet");
        assertTrue(writer.add("c", "3"));
        store.goOn();
        assertTrue(writer.close(PATIENCE));
        assertEquals(Set.of("a", "b", "c"), all(store.written).keySet());
        assertFalse(writer.add("d", "4"));
        assertFalse(Task.all().contains(task));
    }

    @Test
    void whatCanNotBeWrittenInTimeIsLeftToWhoeverCloses() throws Exception {
        writer = writer().start();
        writer.add("a", "1");
        store.inHand();
        writer.add("b", "2");
        CompletableFuture<Void> flush = writer.flush();
        assertFalse(writer.close(Duration.ofMillis(10)));
        assertThrows(ExecutionException.class, flush::get);
        assertFalse(writer.add("c", "3"));
        Map<String, String> left = new HashMap<>();
        await().until(() -> {
            left.putAll(writer.takeAll());
            return left.size() == 2;
        });
        assertEquals(Map.of("a", "1", "b", "2"), left);
    }

    @Test
    void theFirstOfABatchWaitsForOthers() throws Exception {
        writer = writer().gather(Duration.ofMillis(50)).start();
        writer.add("a", "1");
        writer.add("b", "2");
        assertEquals(Map.of("a", "1", "b", "2"), store.inHand());
    }

    @Test
    void whatIsTakenBackIsInItsOrderAndIsNotWritten() throws Exception {
        writer = writer().start();
        writer.add("first", "0");
        store.inHand();
        writer.add("b", "1");
        writer.add("a", "2");
        assertEquals(List.of("b", "a"), List.copyOf(writer.takeAll().keySet()));
        store.goOn();
        writer.flush().get();
        assertEquals(Map.of("first", "0"), all(store.written));
    }

    @Test
    void afterTheEndAFlushOfWhatIsLeftFailsAndNothingIsWatched() throws Exception {
        writer = writer().setAside(unlocking, "keys are locked", 100).start();
        writer.add("a", "1");
        store.inHand();
        writer.add("b", "1");
        assertFalse(writer.close(Duration.ofMillis(10)));
        assertThrows(ExecutionException.class, writer.flush()::get);
        assertFalse(Task.all().contains(unlocking));
    }

    @Test
    void howManyAreSetAsideIsTold() throws Exception {
        store.goOn();
        writer = writer().setAside(unlocking, "keys are locked", 100).start();
        assertEquals(0, writer.setAside());
        store.locked.addAll(Set.of("a", "b"));
        writer.add("a", "1");
        writer.add("b", "1");
        await().until(() -> writer.setAside() == 2);
    }

    @Test
    void ofManyThreadsNothingIsLostAndNothingWrittenTwice() throws Exception {
        int threads = 8;
        int each = 5_000;
        Map<Integer, List<Integer>> written = new HashMap<>();
        Random random = new Random(11);
        GroupWriter<Integer, List<Integer>> many = GroupWriter
                .of(task, GroupWriterTest::both, new BatchTarget<Integer, List<Integer>>() {
                    @Override
                    public Outcome<Integer> write(Map<Integer, List<Integer>> batch) {
                        if (random.nextInt(10) == 0) {
                            throw new IllegalStateException("made up");
                        }
                        Set<Integer> others = new HashSet<>();
                        batch.forEach((key, values) -> {
                            if (random.nextInt(100) == 0) {
                                others.add(key);
                            } else {
                                written.merge(key, values, GroupWriterTest::both);
                            }
                        });
                        return new Outcome<>(others, true);
                    }
                }).most(50).setAside(unlocking, "keys are locked", 100)
                .pauses(new Backoff(Duration.ofNanos(1), Duration.ofNanos(1))).start();
        List<Thread> adding = IntStream.range(0, threads)
                .mapToObj(thread -> Thread.ofVirtual().start(
                        () -> IntStream.range(0, each).forEach(i -> many.add(thread * 100 + i % 100, List.of(i)))))
                .toList();
        for (Thread one : adding) {
            one.join();
        }
        await().until(() -> {
            many.flush().handle((_, _) -> null).get();
            return many.setAside() == 0;
        });
        many.close(PATIENCE);
        assertEquals(threads * 100, written.size());
        written.forEach((key, values) -> assertEquals(
                IntStream.range(0, each).filter(i -> i % 100 == key % 100).boxed().toList(), values));
    }

    private static <T> List<T> both(List<T> older, List<T> newer) {
        List<T> all = new ArrayList<>(older);
        all.addAll(newer);
        return all;
    }

    private static Map<String, String> all(List<Map<String, String>> batches) {
        Map<String, String> all = new HashMap<>();
        batches.forEach(batch -> batch.forEach((key, value) -> all.merge(key, value, String::concat)));
        return all;
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(Throwable failure) throws T {
        throw (T) failure;
    }
}
