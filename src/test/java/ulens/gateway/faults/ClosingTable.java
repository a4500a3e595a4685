package ulens.gateway.faults;

import ulens.gateway.house.RunSummary;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The results of all cases. */
final class ClosingTable {
    /** The result of a case. */
    record Line(String name, long rows, int faults, long lost, long duplicates, Duration recovery) {
    }

    private static final List<Line> LINES = new CopyOnWriteArrayList<>();

    private ClosingTable() {
    }

    static void add(Line line) {
        LINES.add(line);
        System.out.println("case done: " + line);
    }

    static void print(long seed) {
        StringBuilder text = new StringBuilder("\nfault suite, seed ").append(seed).append(", broker ")
                .append(FaultBroker.isReal() ? "RabbitMQ (private node)" : "embedded").append('\n');
        String form = "%-52s %8s %7s %5s %11s %10s%n";
        text.append(form.formatted("case", "rows", "faults", "lost", "duplicates", "recovery"));
        for (Line line : LINES) {
            text.append(form.formatted(line.name(), line.rows(), line.faults(), line.lost(), line.duplicates(),
                    line.recovery().toMillis() + " ms"));
        }
        text.append(form.formatted("all " + LINES.size(), LINES.stream().mapToLong(Line::rows).sum(),
                LINES.stream().mapToInt(Line::faults).sum(), LINES.stream().mapToLong(Line::lost).sum(),
                LINES.stream().mapToLong(Line::duplicates).sum(),
                LINES.stream().mapToLong(line -> line.recovery().toMillis()).max().orElse(0) + " ms"));
        RunSummary.closeWith(text.toString());
    }
}
