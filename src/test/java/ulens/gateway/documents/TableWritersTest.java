package ulens.gateway.documents;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** Only the package that owns a table writes it. {@code docs/architecture.md} names the owners. */
class TableWritersTest {
    private static final Path SOURCES = Path.of("src", "main", "java", "ulens", "gateway");
    private static final Pattern COMMENT = Pattern.compile("(?s)//[^\\n]*|/\\*.*?\\*/");
    private static final Pattern WRITE = Pattern.compile(
            "\\b(?:insert into|delete from|merge into|truncate|(?<!for |no key )update)\\s+(?:only )?(?!set\\b)(\\w+)");
    private static final Pattern LINE = Pattern.compile("(?m)^\\| `(\\w+)` \\| `(\\w+)` \\|$");

    @Test
    void aTableIsWrittenByItsOwnerOnly() {
        SortedMap<String, String> owners = new TreeMap<>();
        String page = Documents.page("architecture.md");
        LINE.matcher(page.substring(page.indexOf("## Who writes which table"))).results()
                .forEach(line -> owners.put(line.group(1), line.group(2)));
        SortedMap<String, SortedSet<String>> writers = writers();
        assertThat(writers)
                .allSatisfy((table, packages) -> assertThat(packages).as(table).containsExactly(owners.get(table)))
                .containsOnlyKeys(owners.keySet());
    }

    /** {@return packages by table, from all sources: a statement written elsewhere must not escape} */
    private static SortedMap<String, SortedSet<String>> writers() {
        SortedMap<String, SortedSet<String>> writers = new TreeMap<>();
        for (Path file : Documents.texts(SOURCES, Integer.MAX_VALUE, ".java")) {
            String writer = SOURCES.relativize(file).getName(0).toString();
            WRITE.matcher(COMMENT.matcher(Documents.read(file)).replaceAll("")).results()
                    .forEach(write -> writers.computeIfAbsent(write.group(1), _ -> new TreeSet<>()).add(writer));
        }
        return writers;
    }
}
