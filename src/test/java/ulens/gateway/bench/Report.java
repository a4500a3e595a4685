package ulens.gateway.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The closing table: on standard output, between two marks of {@code bench/README.md}, and as a picture. */
final class Report {
    private static final Pattern MARKED = Pattern.compile("(?s)(<!-- results -->\n).*(<!-- end of results -->)");

    private final Figures figures;
    private final String conditions;

    Report(Figures figures, String conditions) {
        this.figures = figures;
        this.conditions = conditions;
    }

    void write(Path folder) throws IOException {
        String text = conditions + "\n\n" + targets() + "\n" + table() + beside();
        System.out.println("\n" + text);
        Path readme = folder.resolve("README.md");
        String page = Files.readString(readme);
        String results = text + "\n![live, drain, replay and reads of all peers](results.svg)\n\n";
        Files.writeString(readme, MARKED.matcher(page).replaceFirst("$1\n" + Matcher.quoteReplacement(results) + "$2"));
        Files.writeString(folder.resolve("results.svg"), new Picture(figures).svg());
    }

    private String targets() {
        StringBuilder text = new StringBuilder("| target | asked | reached | |\n| --- | --- | --- | --- |\n");
        for (Target target : Target.ALL) {
            OptionalDouble reached = target.reached(figures);
            if (reached.isPresent()) {
                text.append("| %s | %s | %s%s | %s |\n".formatted(target.measure(), target.text(),
                        number(reached.getAsDouble()), target.to() == null ? "" : " ×",
                        target.met(reached.getAsDouble()) ? "met" : "**missed**"));
            }
        }
        return text.toString();
    }

    private String table() {
        Set<Peer.Kind> kinds = EnumSet.noneOf(Peer.Kind.class);
        for (Peer.Kind kind : Peer.Kind.values()) {
            if (figures.measures().stream().anyMatch(measure -> figures.median(measure, kind).isPresent())) {
                kinds.add(kind);
            }
        }
        StringBuilder text = new StringBuilder("| median (lowest to highest) |");
        kinds.forEach(kind -> text.append(' ').append(kind.title()).append(" |"));
        text.append("\n| --- |").append(" --- |".repeat(kinds.size())).append('\n');
        for (String measure : figures.measures()) {
            text.append("| ").append(measure).append(" |");
            kinds.forEach(kind -> text.append(' ').append(cell(measure, kind)).append(" |"));
            text.append('\n');
        }
        return text.toString();
    }

    /** {@return the comparison with the build before: the median of the ratios, round by round, and their range} */
    private String beside() {
        StringBuilder text = new StringBuilder();
        for (String measure : figures.measures()) {
            double[] ratios = figures.ratios(measure, Peer.Kind.GATEWAY, Peer.Kind.BEFORE);
            if (ratios.length > 0) {
                text.append("| %s | %.2f (%.2f to %.2f) |\n".formatted(measure, ratios[ratios.length / 2], ratios[0],
                        ratios[ratios.length - 1]));
            }
        }
        return text.isEmpty() ? "" : "\n| gateway ÷ before, median (lowest to highest) | |\n| --- | --- |\n" + text;
    }

    private String cell(String measure, Peer.Kind kind) {
        OptionalDouble median = figures.median(measure, kind);
        if (median.isEmpty()) {
            return "";
        }
        double[] range = figures.range(measure, kind);
        return range[0] == range[1] ? number(range[0])
                : number(median.getAsDouble()) + " (" + number(range[0]) + " to " + number(range[1]) + ")";
    }

    static String number(double figure) {
        return figure >= 100 ? "%,.0f".formatted(figure)
                : figure >= 10 ? "%.1f".formatted(figure) : "%.2f".formatted(figure);
    }

    /** {@return date, machine, versions and commit, for comparisons} */
    static String conditions(int rounds, long seconds, Store store, Feeder feeder) {
        return ("%tF, commit %s, %d rounds in %d min. %d cores (%s), Java %s, Node %s, PostgreSQL %s, RabbitMQ %s,"
                + " everything on one machine.").formatted(java.time.LocalDate.now(),
                        said("git", "rev-parse", "--short", "HEAD"), rounds, (seconds + 30) / 60,
                        Runtime.getRuntime().availableProcessors(), processor(), Runtime.version(),
                        said("node", "--version"), store.version(), feeder.version());
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(line -> line.startsWith("model name"))
                    .map(line -> line.replaceAll(".*: ", "")).findFirst().orElse("unknown");
        } catch (IOException _) {
            return "unknown";
        }
    }

    private static String said(String... command) {
        return Peer.run(command).strip();
    }

    static List<String> pictured() {
        return List.of("live", "drain", "replay", "reads");
    }
}
