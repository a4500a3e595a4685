import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Says in one line what JaCoCo's table of all classes adds up to. Its columns: missed and covered, by kind. */
final class Coverage {
    private Coverage() {
    }

    public static void main(String[] args) throws IOException {
        List<String> lines = Files.readAllLines(Path.of(args[0]));
        List<String> columns = List.of(lines.getFirst().split(",", -1));
        System.out.printf(Locale.ROOT, "Coverage: %.1f %% of lines, %.1f %% of branches%n",
                percent(lines, columns.indexOf("LINE_MISSED")), percent(lines, columns.indexOf("BRANCH_MISSED")));
    }

    private static double percent(List<String> lines, int column) {
        long missed = 0;
        long covered = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            missed += Long.parseLong(cells[column]);
            covered += Long.parseLong(cells[column + 1]);
        }
        return 100.0 * covered / Math.max(1, missed + covered);
    }
}
