package ulens.gateway.intake.event;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** What of any JSON is kept as it is, and which numbers, names and depths are too large to be stored. */
class MetadataTest {
    private static final JsonFactory JSON = JsonFactory.builder().streamReadConstraints(StreamReadConstraints.builder()
            .maxNumberLength(Integer.MAX_VALUE).maxNestingDepth(1_000).maxNameLength(1_000_000).build()).build();

    private static Metadata read(String json) {
        String body = "[" + json + " ]";
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            parser.nextToken();
            parser.nextToken();
            return Metadata.read(parser, body);
        }
    }

    private static String problem(String json) {
        Metadata read = read(json);
        assertThat(read.json() == null).isEqualTo(read.problem() != null);
        return read.problem();
    }

    @ParameterizedTest
    @ValueSource(strings = { "{\"a\": [1, {\"b\" : \"c\"}], \"d\":1e5}", "\"text\"", "1.50", "[ ]", "true", "-0.0e-0" })
    void anyJsonIsKeptAsItWasWritten(String json) {
        assertThat(read(json)).isEqualTo(new Metadata(json, null));
    }

    @Test
    void nullIsNone() {
        assertThat(read("null")).isEqualTo(new Metadata(null, null));
    }

    @Test
    void twoHundredLevelsAreTaken() {
        assertThat(problem("[".repeat(200) + "]".repeat(200))).isNull();
        assertThat(problem("[".repeat(201) + "]".repeat(201))).isEqualTo("metadata is nested deeper than 200 levels");
        assertThat(problem("[[],{\"a\":[]}],".repeat(1) + "1")).isNull();
    }

    @Test
    void aNameHasFiftyThousandCharacters() {
        assertThat(problem("{\"" + "n".repeat(50_000) + "\":1}")).isNull();
        assertThat(problem("{\"" + "n".repeat(50_001) + "\":1}")).contains("more than 50000 characters");
    }

    @Test
    void aNumberHasAThousandDigits() {
        assertThat(problem("1".repeat(1_000))).isNull();
        assertThat(problem("1".repeat(1_001))).contains("more than 1000 digits");
        assertThat(problem("1." + "1".repeat(998))).isNull();
        assertThat(problem("1." + "1".repeat(1_000))).contains("more than 1000 digits");
    }

    @ParameterizedTest
    @ValueSource(strings = { "1e65536", "1E+0065536", "[1e65535,1e1]", "1e-16383", "1.5e-16382", "1.55e-16381",
            "1.5e65536", "[1e32768,1e32768]", "1e-0000000000001", "1.5e1" })
    void exponentsAreTakenUpToTheDigitsThatTheyStandFor(String json) {
        assertThat(problem(json)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "1e65537", "[1e65535,1e2]", "1e-16384", "1.5e-16383", "1.55e-16382", "1e99999999999",
            "[1e32768,1E32769]", "1e12345678" })
    void beyondThatTheyWouldMakeASmallBodyAHugeRow(String json) {
        assertThat(problem(json)).isEqualTo("metadata holds numbers of too many digits");
    }
}
