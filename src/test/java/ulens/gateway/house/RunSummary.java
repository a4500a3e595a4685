package ulens.gateway.house;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Prints a summary at the end of a test run: the number of tests, skipped tests with their reasons, failures, and at
 * last the tables that tests have added. JUnit finds it by {@code META-INF/services}.
 */
public final class RunSummary implements TestExecutionListener {
    private static final List<String> TABLES = new CopyOnWriteArrayList<>();
    private static final int WIDTH = 120;

    private final List<String> skipped = new CopyOnWriteArrayList<>();
    private final List<String> failed = new CopyOnWriteArrayList<>();
    private final AtomicInteger passed = new AtomicInteger();
    private volatile TestPlan plan;

    /** Adds a table to be printed at the end of the run. */
    public static void closeWith(String table) {
        TABLES.add(table);
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skip(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        switch (result.getStatus()) {
            case ABORTED -> skip(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
            case FAILED -> failed.add(name(test));
            case SUCCESSFUL -> passed.addAndGet(test.isTest() ? 1 : 0);
        }
    }

    private void skip(TestIdentifier test, String reason) {
        skipped.add(name(test) + ": " + reason.replaceFirst("^(Assumption failed|[Ss]kipped): ", "")
                .replaceFirst("^(Assumption failed|[Ss]kipped): ", "").lines().findFirst().orElse(""));
    }

    /** {@return the class of the test, with its method unless it is the whole class} */
    private String name(TestIdentifier test) {
        String name = test.getLegacyReportingName().replace("()", "");
        Optional<TestIdentifier> parent = plan.getParent(test).filter(above -> above.getParentId().isPresent());
        return parent.map(above -> name(above) + "#" + name).orElse(name.substring(name.lastIndexOf('.') + 1));
    }

    @Override
    public void testPlanExecutionFinished(TestPlan finished) {
        StringBuilder text = new StringBuilder("\n").append("-".repeat(WIDTH)).append(
                "\n%d tests passed, %d failed, %d skipped".formatted(passed.get(), failed.size(), skipped.size()))
                .append("; what they logged: target/test.log\n");
        list(text, "failed", failed);
        list(text, "skipped, and why", skipped);
        TABLES.forEach(text::append);
        System.out.println(text.append("-".repeat(WIDTH)));
        TABLES.clear();
    }

    private static void list(StringBuilder text, String title, List<String> lines) {
        if (!lines.isEmpty()) {
            text.append('\n').append(title).append('\n');
            lines.forEach(line -> text.append("  ").append(line).append('\n'));
        }
    }
}
