package ulens.gateway.work;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.sql.SQLException;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ResourceBundle;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is said of a failure, how often, and when it counts as lasting. */
class TaskTest {
    private final List<String> lines = new ArrayList<>();
    private final List<String> stacks = new ArrayList<>();
    private boolean broken;
    private final Task task = Task.of(new Lines(), "[TEST]", "marking");

    @AfterEach
    void close() {
        task.close();
    }

    @Test
    void theFirstFailureIsSaidWithItsReasonThenTheEnd() {
        for (int i = 0; i < 100; i++) {
            task.failed(new IllegalStateException("secret",
                    new SQLException("ERROR: permission denied for table t", "42501")));
        }
        assertEquals(
                List.of("WARNING [TEST] marking fails: permission denied (SQLSTATE 42501): ERROR: permission denied"
                        + " for table t"),
                lines);
        assertEquals(100, task.failures());
        assertTrue(task.failing(Duration.ZERO).orElseThrow().startsWith("permission denied"));
        assertEquals(Optional.empty(), task.failing(Duration.ofMinutes(5)), "it has not lasted");
        task.succeeded();
        assertEquals("INFO [TEST] marking works again, after 100 failures in 0 s", lines.getLast());
        assertEquals(Optional.empty(), task.failing(Duration.ZERO));
    }

    @Test
    void whatFailsNowAndThenIsNotSaidEachTime() {
        for (int i = 0; i < 100; i++) {
            task.failed("no room");
            task.succeeded();
        }
        assertEquals(2, lines.size(), lines::toString);
    }

    @Test
    void aReasonNeverQuotesDataAndIsOneLine() {
        assertEquals("the data does not fit (SQLSTATE 22P02)",
                Reason.of(new SQLException("invalid input: \"the user's words\"", "22P02")));
        assertEquals("NoClassDefFoundError", Reason.of(new RuntimeException(new NoClassDefFoundError("x"))));
        String reason = Reason.of(new SQLException("ERROR: a\u001b[31m\r\nDetail: row (b)" + "x".repeat(999), "42P01"));
        assertEquals("a table is missing (SQLSTATE 42P01): ERROR: a [31m", reason);
    }

    @Test
    void onlyALoopCanBeStuck() {
        assertFalse(task.stuck(Duration.ZERO));
        task.watch(() -> false);
        assertTrue(task.stuck(Duration.ofDays(1)));
    }

    @Test
    void aLoopThatHasNotMovedForLongerThanAllowedIsStuckUntilItMovesOrSucceeds() {
        Duration allowed = Duration.ofMillis(20);
        task.watch(() -> true);
        for (Runnable move : List.<Runnable> of(task::moved, task::succeeded, () -> task.watch(() -> true))) {
            await().until(() -> task.stuck(allowed));
            await().until(() -> {
                move.run();
                return !task.stuck(allowed);
            });
        }
        assertTrue(Task.all().contains(task));
    }

    @Test
    @Timeout(60)
    void manyThreadsMayFailAndSucceedInTurn() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            Thread other = Thread.ofVirtual().start(() -> {
                task.failed("made up");
                task.noted("made up");
                task.succeeded();
            });
            other.join();
        }
        assertEquals(6, task.failures());
        assertEquals(Optional.empty(), task.failing(Duration.ZERO));
    }

    @Test
    void whatIsNotedIsCountedAndNotSaid() {
        task.noted("first");
        task.noted("second");
        assertEquals(2, task.failures());
        assertEquals(Optional.of("second"), task.failing(Duration.ZERO));
        task.succeeded();
        assertEquals(Optional.empty(), task.failing(Duration.ZERO));
        assertEquals(List.of(), lines, "what was never said needs no end");
    }

    @Test
    void anUnknownFailureIsSaidWithItsStackAndOneOfTheDatabaseWithoutIt() {
        task.failed(new IllegalStateException("made up"));
        assertEquals(List.of("IllegalStateException"), stacks);
        try (Task other = Task.of(new Lines(), "[TEST]", "other")) {
            other.failed(new SQLException("made up", "53100"));
        }
        assertEquals(List.of("IllegalStateException"), stacks);
    }

    @Test
    void namesAreToldOfTasksThatAreThereAndOfThoseThatCome() {
        List<String> names = new ArrayList<>();
        Runnable end = Task.names(names::add);
        assertTrue(names.contains("marking"));
        Task later = Task.of(new Lines(), "[TEST]", "later");
        assertTrue(names.contains("later"));
        end.run();
        Task last = Task.of(new Lines(), "[TEST]", "last");
        assertFalse(names.contains("last"));
        later.close();
        last.close();
    }

    @Test
    void failuresOfTasksWithOneNameAreCountedTogether() {
        try (Task one = Task.of(new Lines(), "[TEST]", "twin");
                Task other = Task.of(new Lines(), "[TEST]", "twin")) {
            one.failed("a");
            other.failed("b");
            other.failed("c");
            assertEquals(3, Task.failures("twin"));
            assertEquals(0, Task.failures("nobody"));
        }
    }

    @Test
    void aLogThatCanNotBeWrittenHarmsNobody() {
        broken = true;
        task.failed(new IllegalStateException("made up"));
        task.failed("made up");
        assertEquals(2, task.failures());
        assertTrue(task.failing(Duration.ZERO).isPresent());
        task.succeeded();
        assertEquals(Optional.empty(), task.failing(Duration.ZERO));
    }

    /** Keeps what would be logged above DEBUG. */
    private final class Lines implements System.Logger {
        @Override
        public String getName() {
            return "lines";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            add(level, message);
            if (thrown != null && level != Level.DEBUG) {
                stacks.add(thrown.getClass().getSimpleName());
            }
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... params) {
            add(level, params == null ? format : MessageFormat.format(format, params));
        }

        private void add(Level level, String line) {
            if (broken) {
                throw new OutOfMemoryError("made up");
            }
            if (level != Level.DEBUG) {
                lines.add(level + " " + line);
            }
        }
    }
}
