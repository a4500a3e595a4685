package ulens.gateway.documents;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Only the package that owns a table writes it; {@code docs/architecture.md} names all exceptions. */
class TableWritersTest {
    private static final Path SOURCES = Path.of("src", "main", "java", "ulens", "gateway");
    private static final String END = "(?=\\s(?:from|where|returning)\\s|\"\"\"|\\n\\s*\\))";
    private static final Pattern COMMENT = Pattern.compile("(?s)//[^\\n]*|/\\*.*?\\*/");
    private static final Pattern INSERT = Pattern.compile("insert into (\\w+) \\(([^)]*)\\)");
    private static final Pattern UPSERT = Pattern.compile(
            "(?s)insert into (\\w+)(?:(?!insert into|\"\"\").)*? on conflict \\([^)]*\\) do update\\s+set (.*?)" + END);
    private static final Pattern UPDATE = Pattern.compile("(?s)update (\\w+)(?: [a-z])?\\s+set (.*?)" + END);
    private static final Pattern DELETE = Pattern.compile("delete from (\\w+)");
    private static final Pattern TARGET = Pattern.compile("(?:^|,)\\s*(\\w+) = ");
    private static final Pattern LINE = Pattern.compile("(?m)^\\| `(\\w+)` \\| `(\\w+)` \\| (.*)\\|$");

    @Test
    void thePageNamesWhoWritesATableOfAnotherPackage() {
        SortedMap<String, SortedMap<String, SortedSet<String>>> writers = writers();
        String page = Documents.page("architecture.md");
        page = page.substring(page.indexOf("## Who writes which table"));
        SortedMap<String, String> named = new TreeMap<>();
        SortedMap<String, String> found = new TreeMap<>();
        LINE.matcher(page).results().forEach(line -> {
            named.put(line.group(1), line.group(3).strip());
            found.put(line.group(1), others(writers.get(line.group(1)), line.group(2)));
        });
        assertThat(named).isEqualTo(found).containsOnlyKeys(writers.keySet());
    }

    private static String others(SortedMap<String, SortedSet<String>> columns, String owner) {
        return columns.entrySet().stream()
                .filter(column -> !column.getValue().first().equals(owner) || column.getValue().size() > 1)
                .map(column -> "`" + column.getKey() + "`: "
                        + column.getValue().stream().filter(writer -> !writer.equals(owner))
                                .map(writer -> "`" + writer + "`").collect(Collectors.joining(", ")))
                .collect(Collectors.joining("; "));
    }

    /** {@return packages by table and column} */
    private static SortedMap<String, SortedMap<String, SortedSet<String>>> writers() {
        SortedMap<String, SortedMap<String, SortedSet<String>>> writers = new TreeMap<>();
        for (Path file : Documents.texts(SOURCES, Integer.MAX_VALUE, "Table.java")) {
            String writer = SOURCES.relativize(file).getName(0).toString();
            String source = COMMENT.matcher(Documents.read(file)).replaceAll("");
            INSERT.matcher(source).results().forEach(insert -> {
                for (String column : insert.group(2).split(",")) {
                    note(writers, insert.group(1), column.strip(), writer);
                }
            });
            for (Pattern pattern : new Pattern[] { UPSERT, UPDATE }) {
                pattern.matcher(source).results().forEach(statement -> TARGET.matcher(statement.group(2)).results()
                        .forEach(target -> note(writers, statement.group(1), target.group(1), writer)));
            }
            DELETE.matcher(source).results().forEach(delete -> note(writers, delete.group(1), "deletes", writer));
        }
        return writers;
    }

    private static void note(SortedMap<String, SortedMap<String, SortedSet<String>>> writers, String table,
            String column, String writer) {
        writers.computeIfAbsent(table, _ -> new TreeMap<>()).computeIfAbsent(column, _ -> new TreeSet<>()).add(writer);
    }
}
