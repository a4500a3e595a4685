package ulens.gateway.documents;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import org.junit.jupiter.api.Test;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.fixture.TestTokens;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** docs/configuration.md has the name, default and range of every knob as in the code. */
class DocumentedKnobsTest {
    /** The settings of a production. */
    private static final Map<String, String> SET = Map.of("ACCESS_SECRET_KEY", TestTokens.SECRET, "DATABASE_URL",
            "postgresql://user:password@host/database", "RMQ_URL", "amqp://host");
    private static final String PAGE = Documents.page("configuration.md");
    private static final List<Row> ROWS = Pattern
            .compile("(?m)^\\| `([a-z.-]+)` \\| `([A-Z_]+)` \\| ([^|]+) \\| ([^|]+) \\|").matcher(PAGE).results()
            .map(row -> new Row(row.group(1), row.group(2), row.group(3), row.group(4))).toList();
    private static final Pattern ONE_VALUE = Pattern.compile("`([^`]+)`");
    private static final Pattern RANGE = Pattern.compile("\\S+ to \\S+");
    private static final Pattern CHOICES = Pattern.compile("`[^`]+`(, `[^`]+`)+");

    /** A row of the tables. */
    private record Row(String knob, String variable, String fallback, String values) {
        /** {@return the value, or nothing if the page describes it in words} */
        String fallbackValue() {
            Matcher value = ONE_VALUE.matcher(fallback);
            return value.matches() ? value.group(1) : "";
        }

        /** Short: a failure prints all rows. */
        @Override
        public String toString() {
            return knob;
        }
    }

    @Test
    void thePageHasEveryKnobOfTheCodeAndNoOther() {
        // a knob is a text with a dot, or one of two words, in a source that reads knobs
        Set<String> code = Documents.texts(Path.of("src", "main", "java"), Integer.MAX_VALUE, ".java").stream()
                .map(Documents::read).filter(source -> source.contains("Knobs knobs"))
                .flatMap(source -> Documents.found("\"([a-z-]+\\.[a-z-]+|host|port)\"", source).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(code).hasSizeGreaterThan(50);
        assertThat(ROWS.stream().map(Row::knob)).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(code);
        assertThat(ROWS).allSatisfy(row -> assertThat(row.variable())
                .isEqualTo(row.knob().replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT)));
    }

    @Test
    void everyKnobOfThePageIsOneThatAFileMaySet() {
        Map<String, String> file = new HashMap<>();
        ROWS.forEach(row -> file.put(row.knob(), "!"));
        assertThatThrownBy(() -> GatewayConfig.read(Config.builder().disableEnvironmentVariablesSource()
                .disableSystemPropertiesSource().addSource(ConfigSources.create(file)).build(), Map.of())).message()
                        .doesNotContain("is not a knob");
    }

    @Test
    void theDefaultsOfThePageAreThoseOfTheCode() {
        List<Row> given = ROWS.stream().filter(row -> !row.fallbackValue().isEmpty()).toList();
        assertThat(given).hasSizeGreaterThan(50).allSatisfy(row -> assertThat(with(row, row.fallbackValue()))
                .usingRecursiveComparison().as(row.knob()).isEqualTo(GatewayConfig.read(Config.empty(), SET)));
    }

    @Test
    void theRangesOfThePageAreThoseOfTheCode() {
        List<Row> ranges = ROWS.stream().filter(row -> RANGE.matcher(row.values()).matches()).toList();
        assertThat(ranges).hasSizeGreaterThan(30).allSatisfy(row -> assertThatThrownBy(() -> with(row, "!"))
                .hasMessageContaining(row.variable() + " is '!'").hasMessageContaining("from " + row.values()));
        List<Row> choices = ROWS.stream().filter(row -> CHOICES.matcher(row.values()).matches()).toList();
        assertThat(choices).hasSizeGreaterThan(5).allSatisfy(row -> {
            List<String> values = Arrays.stream(row.values().replace("`", "").split(", ")).sorted().toList();
            assertThatThrownBy(() -> with(row, "!")).message().containsAnyOf("one of " + values,
                    String.join(" or ", values.reversed()));
        });
        List<Row> rates = ROWS.stream().filter(row -> row.values().equals("rate")).toList();
        assertThat(rates).hasSizeGreaterThan(5)
                .allSatisfy(row -> assertThatThrownBy(() -> with(row, "!")).hasMessageContaining("expected a rate"));
    }

    private static GatewayConfig with(Row row, String value) {
        Map<String, String> environment = new HashMap<>(SET);
        environment.put(row.variable(), value);
        return GatewayConfig.read(Config.empty(), environment);
    }

    @Test
    void theFileToCopyHasTheSameKnobsAndDefaults() {
        String file = Documents.read(Path.of("src", "main", "resources", "application.yaml"));
        Map<String, String> values = Pattern.compile("(?m)^# +[a-z-]+: (.+?) +# ([A-Z_]+):").matcher(file).results()
                .collect(Collectors.toMap(line -> line.group(2), line -> line.group(1).replace("\"", "")));
        assertThat(values.keySet())
                .isEqualTo(ROWS.stream().map(Row::variable).collect(Collectors.toCollection(TreeSet::new)));
        assertThat(ROWS).filteredOn(row -> !row.fallbackValue().isEmpty()).allSatisfy(
                row -> assertThat(values.get(row.variable())).as(row.knob()).isEqualTo(row.fallbackValue()));
    }

    @Test
    void noPageNamesAKnobThatDoesNotExist() {
        Set<String> knobs = ROWS.stream().map(Row::knob).collect(Collectors.toSet());
        Set<String> families = knobs.stream().filter(knob -> knob.contains("."))
                .map(knob -> knob.substring(0, knob.indexOf('.'))).collect(Collectors.toSet());
        Set<String> unknown = new TreeSet<>();
        SortedMap<Path, String> pages = Documents.pages();
        // there a dot is part of JavaScript
        pages.remove(Path.of("docs", "clients.md"));
        pages.forEach((page, text) -> Documents.found("`([a-z-]+\\.[a-z-]+)`", Documents.prose(text)).stream()
                .filter(name -> families.contains(name.substring(0, name.indexOf('.'))))
                .filter(name -> !knobs.contains(name) && !isSomethingElse(name))
                .forEach(name -> unknown.add(page + ": " + name)));
        assertThat(unknown).isEmpty();
    }

    /** Names with a dot that are no knobs: columns of tables, files, a library. */
    private static boolean isSomethingElse(String name) {
        return name.matches(".*\\.(md|mjs|yaml|sql|json)|socket\\.io-client")
                || Documents.sources("db").contains(name.substring(name.indexOf('.') + 1));
    }
}
