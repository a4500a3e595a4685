package ulens.gateway.work;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Nothing that a step throws ends its loop; closing does. */
@Timeout(60)
class LoopTest {
    private static final System.Logger LOGGER = System.getLogger(LoopTest.class.getName());

    private final Task task = Task.of(LOGGER, "[TEST]", "test-loop");

    @AfterEach
    void close() {
        task.close();
    }

    @ParameterizedTest
    @ValueSource(classes = { NoClassDefFoundError.class, OutOfMemoryError.class, StackOverflowError.class,
            IllegalStateException.class, SQLException.class, InterruptedException.class })
    void goesOnAfterWhateverIsThrown(Class<? extends Throwable> kind) throws Exception {
        CountDownLatch later = new CountDownLatch(3);
        AtomicInteger runs = new AtomicInteger();
        Loop loop = Loop.virtual(task, () -> {
            if (runs.incrementAndGet() <= 2) {
                throw sneaky(kind.getDeclaredConstructor().newInstance());
            }
            later.countDown();
            return false;
        }).start();
        later.await();
        assertEquals(kind == InterruptedException.class ? 0 : 2, task.failures());
        assertFalse(task.stuck(Duration.ofSeconds(30)));
        loop.close(Duration.ofSeconds(30));
        assertFalse(Task.all().contains(task), "a closed loop is not watched any more");
    }

    @Test
    void survivesARealStackOverflowAndARealLackOfMemory() throws Exception {
        CountDownLatch later = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        Loop loop = Loop.platform(task, () -> {
            switch (runs.incrementAndGet()) {
                case 1 -> deeper(0);
                case 2 -> assertTrue(new long[Integer.MAX_VALUE].length > 0);
                default -> later.countDown();
            }
            return false;
        }).start();
        later.await();
        assertEquals(2, task.failures());
        loop.close();
    }

    private static int deeper(int depth) {
        return depth + deeper(depth + 1) + 1;
    }

    @Test
    void aStepThatDoesNotReturnIsSeen() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        Loop loop = Loop.virtual(task, () -> {
            inside.countDown();
            free.await();
            return false;
        }).start();
        inside.await();
        assertFalse(task.stuck(Duration.ofMinutes(10)));
        assertTrue(task.stuck(Duration.ZERO));
        free.countDown();
        loop.close(Duration.ofSeconds(30));
    }

    @Test
    void pausesGrowWithEachFailureAndStartAnewAfterASuccess() throws Exception {
        Backoff backoff = new Backoff(Duration.ofNanos(1), Duration.ofDays(1));
        AtomicInteger runs = new AtomicInteger();
        AtomicReference<Duration> afterFailures = new AtomicReference<>();
        AtomicReference<Duration> afterSuccess = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        Loop loop = Loop.virtual(task, backoff, () -> {
            switch (runs.incrementAndGet()) {
                case 1, 2, 3 -> throw new IllegalStateException("made up");
                case 4 -> afterFailures.set(backoff.next());
                case 5 -> afterSuccess.set(backoff.next());
                default -> done.countDown();
            }
            return false;
        }).start();
        done.await();
        assertEquals(Duration.ofNanos(8), afterFailures.get(), "1, 2 and 4 have been waited for");
        assertEquals(Duration.ofNanos(1), afterSuccess.get());
        loop.close();
    }

    @Test
    void aFailedStepIsNotRepeatedBeforeThePauseIsOverAndClosingEndsThePause() {
        AtomicInteger runs = new AtomicInteger();
        Loop loop = Loop.virtual(task, new Backoff(Duration.ofDays(1), Duration.ofDays(1)), () -> {
            runs.incrementAndGet();
            throw new IllegalStateException("made up");
        }).start();
        await().until(() -> task.failures() == 1);
        assertTrue(loop.close(Duration.ofSeconds(30)));
        assertEquals(2, runs.get(), "and one more step, which may finish what is in hand");
    }

    @Test
    void theStepThatIsUnderWayIsInterruptedWhenTheTimeToCloseIsOver() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Loop loop = Loop.virtual(task, () -> {
            inside.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException end) {
                interrupted.countDown();
                throw end;
            }
            return true;
        }).start();
        inside.await();
        assertFalse(loop.close(Duration.ofMillis(10)));
        interrupted.await();
        await().until(() -> task.stuck(Duration.ofDays(1)));
    }

    @Test
    void aStepThatFailsWhileClosingIsTheLastOneAndIsNotCounted() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        Loop loop = Loop.virtual(task, () -> {
            inside.countDown();
            free.await();
            throw new IllegalStateException("made up");
        }).start();
        inside.await();
        loop.end();
        free.countDown();
        assertTrue(loop.close(Duration.ofSeconds(30)));
        assertEquals(0, task.failures());
    }

    @Test
    void endsOnlyWhenAskedTo() throws Exception {
        CountDownLatch many = new CountDownLatch(1_000);
        Loop loop = Loop.virtual(task, () -> {
            many.countDown();
            return false;
        }).start();
        many.await();
        assertTrue(loop.close(Duration.ofSeconds(30)));
        assertTrue(task.stuck(Duration.ofDays(1)), "and a thread that is gone is seen as such");
    }

    @Test
    void aStepThatNeverHasEnoughIsCutOff() {
        Loop loop = Loop.virtual(task, () -> true).start();
        assertFalse(loop.close(Duration.ofMillis(10)));
        await().until(() -> task.stuck(Duration.ofDays(1)));
    }

    @Test
    void theLastStepMayFinishWhatIsThere() {
        AtomicInteger left = new AtomicInteger(3);
        Loop loop = Loop.virtual(task, () -> left.get() > 0 && left.decrementAndGet() > 0).start();
        assertTrue(loop.close(Duration.ofSeconds(30)));
        assertEquals(0, left.get());
    }

    @Test
    void aLoopThatWasNeverStartedCanBeClosed() {
        Loop loop = Loop.every(task, Duration.ofDays(1), () -> {
        });
        assertTrue(loop.close(Duration.ofSeconds(30)));
        loop.start();
        assertFalse(Task.all().contains(task));
    }

    @Test
    void anActionIsRepeatedAfterItsIntervalAndMendsWhatHasFailed() throws Exception {
        Duration interval = Duration.ofMillis(20);
        BlockingQueue<Long> times = new LinkedBlockingQueue<>();
        Loop loop = Loop.every(task, interval, () -> times.add(System.nanoTime())).start();
        task.failed("made up");
        long first = times.take();
        assertTrue(times.take() - first >= interval.toNanos());
        await().until(() -> task.failing(Duration.ZERO).isEmpty());
        assertEquals(task, loop.task());
        assertFalse(loop.closing());
        loop.end();
        assertTrue(loop.closing());
        assertTrue(loop.close(Duration.ofSeconds(30)));
    }

    @Test
    void itsThreadHasTheNameOfItsTaskAndDoesNotHoldUpTheEndOfTheProcess() throws Exception {
        BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
        for (boolean virtual : List.of(true, false)) {
            Task own = Task.of(LOGGER, "[TEST]", "own");
            Loop.Step step = () -> {
                threads.add(Thread.currentThread());
                new CountDownLatch(1).await();
                return false;
            };
            Loop loop = virtual ? Loop.virtual(own, step) : Loop.platform(own, step);
            loop.start();
            Thread thread = threads.take();
            assertEquals("own", thread.getName());
            assertEquals(virtual, thread.isVirtual());
            assertTrue(thread.isDaemon());
            loop.close();
            thread.join();
            assertFalse(Task.all().contains(own));
        }
    }

    @Test
    void aTimerAndAnErrandTellOfErrorsToo() throws Exception {
        CountDownLatch after = new CountDownLatch(2);
        try (Timer timer = new Timer(task)) {
            timer.after(Duration.ZERO, () -> {
                throw new NoClassDefFoundError("made up");
            });
            timer.after(Duration.ofMillis(1), after::countDown);
            Errand.run("test", () -> {
                throw new NoClassDefFoundError("made up");
            }, _ -> after.countDown());
            after.await();
        }
        assertEquals(1, task.failures());
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException sneaky(Throwable failure) throws T {
        throw (T) failure;
    }
}
