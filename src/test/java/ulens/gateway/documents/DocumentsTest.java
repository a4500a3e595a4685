package ulens.gateway.documents;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Everything that the pages name exists, and everything that must be documented is on the pages. */
class DocumentsTest {
    private static final SortedMap<Path, String> PAGES = Documents.pages();
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");
    private static final int MOST_LINES_OF_README = 200;
    private static final int FIRST_SCREEN = 40;

    @Test
    void theReadmeIsShortAndItsFirstScreenHasTheTwoCommands() {
        List<String> lines = PAGES.get(Path.of("README.md")).lines().toList();
        assertThat(lines).hasSizeLessThanOrEqualTo(MOST_LINES_OF_README);
        String firstScreen = String.join("\n", lines.subList(0, FIRST_SCREEN));
        assertThat(Documents.blocks(firstScreen, "sh")).containsExactly("./mvnw compile exec:exec\n",
                "./mvnw verify\n");
    }

    @Test
    void everyLinkLeadsSomewhere() {
        Set<String> dead = new TreeSet<>();
        PAGES.forEach((page, text) -> LINK.matcher(Documents.prose(text)).results().map(link -> link.group(1))
                .filter(link -> !link.startsWith("https:") && !leadsSomewhere(page, link))
                .forEach(link -> dead.add(page + ": " + link)));
        assertThat(dead).isEmpty();
    }

    private static boolean leadsSomewhere(Path page, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        return Files.exists(target)
                && (parts.length == 1 || PAGES.containsKey(target) && anchors(PAGES.get(target)).contains(parts[1]));
    }

    /** {@return the anchors that GitHub makes of headings} */
    private static Set<String> anchors(String page) {
        return HEADING.matcher(Documents.prose(page)).results().map(heading -> heading.group(1).toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-')).collect(Collectors.toSet());
    }

    @Test
    void everyPageIsLinkedFromAnother() {
        Set<Path> linked = PAGES.entrySet().stream()
                .flatMap(page -> LINK.matcher(page.getValue()).results().map(MatchResult::group)
                        .map(link -> link.substring(2, link.length() - 1).split("#")[0])
                        .map(link -> page.getKey().resolveSibling(link).normalize()))
                .collect(Collectors.toSet());
        assertThat(PAGES.keySet()).filteredOn(page -> !page.equals(Path.of("README.md"))).isSubsetOf(linked);
    }

    @Test
    void everyTestThatAPageNamesExists() {
        Map<String, String> tests = tests();
        Set<String> missing = new TreeSet<>();
        int[] named = { 0 };
        PAGES.forEach((page, text) -> Documents.prose(text).lines().forEach(line -> {
            // a second method of the same class may stand without it: `ATest#one`, `#two`
            String[] owner = { "" };
            Pattern.compile("`(?=[\\w#])(\\w+Test)?(?:#(\\w+))?`").matcher(line).results().forEach(test -> {
                owner[0] = test.group(1) == null ? owner[0] : test.group(1);
                String source = tests.getOrDefault(owner[0], "");
                // without a class before it, it is a name of JavaScript
                if (!owner[0].isEmpty()
                        && (source.isEmpty() || test.group(2) != null && !source.contains(" " + test.group(2) + "("))) {
                    missing.add(page + ": " + owner[0] + test.group());
                }
                named[0]++;
            });
        }));
        assertThat(missing).isEmpty();
        assertThat(named[0]).isGreaterThan(100);
    }

    private static Map<String, String> tests() {
        return Documents.texts(Path.of("src", "test", "java"), Integer.MAX_VALUE, "Test.java").stream()
                .collect(Collectors.toMap(file -> file.getFileName().toString().replace(".java", ""), Documents::read));
    }

    // the code builds these from the name of a verdict
    private static final Set<String> COMPOSED = Set.of("MISSING_TOKEN", "INVALID_TOKEN", "EXPIRED_TOKEN");

    /** Environment variables, error codes, constants, classes: a page that names one that is gone is out of date. */
    @Test
    void everyNameOfAVariableOrClassOccursInTheSources() {
        String sources = Documents.sources("src", "bench", ".ci", "db") + Documents.read(Path.of("pom.xml"))
                + Documents.read(Path.of("compose.yaml"));
        Set<String> words = Documents.found("(\\w+)", sources);
        SortedMap<String, Set<Path>> gone = new TreeMap<>();
        PAGES.forEach((page, text) -> {
            Stream<String> upperCase = Documents.found("`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`", text).stream();
            // these name jars, and classes of other programs
            Stream<String> camelCase = page.endsWith("dependencies.md") || page.endsWith("producers.md")
                    ? Stream.empty()
                    : Documents.found("`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", text).stream();
            Stream.concat(upperCase, camelCase).filter(name -> !words.contains(name) && !COMPOSED.contains(name))
                    .forEach(name -> gone.computeIfAbsent(name, _ -> new TreeSet<>()).add(page));
        });
        assertThat(gone).isEmpty();
    }

    @Test
    void theCommandsOfThePagesAreOnesThatTheBuildKnows() {
        String pom = Documents.read(Path.of("pom.xml"));
        String sources = Documents.sources("src/test/java");
        Map<String, String> tests = tests();
        List<String> commands = PAGES.values().stream().flatMap(page -> Documents.blocks(page, "sh").stream())
                .flatMap(String::lines).map(String::strip).toList();
        assertThat(commands).isNotEmpty().allSatisfy(command -> {
            for (String word : command.split("\\s+")) {
                if (word.startsWith("-Dtest=")) {
                    for (String test : word.substring(7).replace("'", "").split(",")) {
                        String[] parts = test.split("#");
                        assertThat(tests).as(command).containsKey(parts[0]);
                        assertThat(parts.length == 1 || tests.get(parts[0]).contains(" " + parts[1] + "(")).as(command)
                                .isTrue();
                    }
                } else if (word.matches("-D[a-z]+\\.[a-z.]+=.*") && command.startsWith("./mvnw")) {
                    assertThat(pom + sources).as(command).contains(word.substring(2, word.indexOf('=')));
                } else if (word.startsWith("exec:exec@")) {
                    assertThat(pom).as(command).contains("<id>" + word.substring(10) + "</id>");
                } else if (word.startsWith("-P")) {
                    assertThat(pom).as(command).contains("<id>" + word.substring(2) + "</id>");
                } else if (word.matches("\\.?/?(bench|\\.ci|src|db|docs|mvnw)\\b[\\w./-]*")) {
                    assertThat(Path.of(word)).as(command).exists();
                }
            }
        });
    }

    /** The table of packages has the same rules as {@code ArchitectureTest}. */
    @Test
    void theTableOfPackagesIsTheOneThatTheArchitectureTestHolds() {
        Map<String, Set<String>> page = Pattern.compile("(?m)^\\| `(\\w+)` \\| ([^|]*)\\|")
                .matcher(section(Documents.page("architecture.md"), "## The house")).results()
                .collect(Collectors.toMap(row -> row.group(1), row -> Documents.found("`(\\w+)`", row.group(2))));
        String source = Documents
                .read(Path.of("src", "test", "java", "ulens", "gateway", "house", "ArchitectureTest.java"));
        String arrows = Documents.found("(?s)arrows\\(\"\"\"\\n(.*?)\"\"\"\\)", source).iterator().next();
        Map<String, Set<String>> held = Pattern.compile("(?m)^ *(\\w+)(?:: (.+))?$").matcher(arrows).results()
                .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2) == null ? Set.of()
                        : new TreeSet<>(Arrays.asList(row.group(2).split(" ")))));
        assertThat(page).as("the table in docs/architecture.md, section The house").isEqualTo(held);
    }

    private static String section(String page, String heading) {
        int begin = page.indexOf(heading + "\n");
        int end = page.indexOf("\n## ", begin + 1);
        return page.substring(begin, end);
    }

    @Test
    void theTableOfLimitsNamesOnlyMetricsThatAreThere() {
        String operations = Documents.page("operations.md");
        assertThat(Pattern.compile("(?m)^\\|[^|]*\\|[^|]*\\|[^|]*\\|([^|]*)\\|$").matcher(Documents.page("limits.md"))
                .results().flatMap(row -> Documents.found("`([a-z]+(?:_[a-z]+)+)`", row.group(1)).stream()).distinct()
                .filter(name -> !name.equals("intake_suspect")).toList()).hasSizeGreaterThan(20).allSatisfy(
                        name -> assertThat(operations).containsPattern("`gateway_" + name + "(_total|_seconds)?[`{]"));
    }

    @Test
    void thePageForOperatorsListsEveryMetricAndNoOther() {
        Set<String> page = Documents.found("`(gateway_\\w+?)(?:\\{[^`]*)?`",
                section(Documents.page("operations.md"), "## Metrics"));
        // MetricsTest compares this file with a running gateway; a distribution has several lines
        Set<String> there = Documents.found("(?m)^# TYPE (\\w+?)(?:_max)? \\w+$",
                Documents.read(Path.of("src", "test", "resources", "metrics.txt")));
        there.add("gateway_task_failures_total");
        assertThat(page).isEqualTo(there);
    }
}
