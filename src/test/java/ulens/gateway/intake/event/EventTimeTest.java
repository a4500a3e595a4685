package ulens.gateway.intake.event;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;

/** Producers' times, in JSON as they write them. */
class EventTimeTest {
    private static final char QUOTE = '\'';

    @ParameterizedTest(name = "{0}")
    @DisplayName("ISO 8601 in all its dialects")
    @CsvSource(delimiter = '|', value = { "2026-01-01T10:00:00.000Z | 2026-01-01T10:00:00Z",
            "2026-01-01T10:00:00Z | 2026-01-01T10:00:00Z", "2026-01-01t10:00:00z | 2026-01-01T10:00:00Z",
            "2026-01-01T10:00:00+00:00 | 2026-01-01T10:00:00Z", "2026-01-01T10:00:00-00:00 | 2026-01-01T10:00:00Z",
            "2026-01-01T10:00:00+0000 | 2026-01-01T10:00:00Z", "2026-01-01T10:00:00+00 | 2026-01-01T10:00:00Z",
            "2026-01-01T10:00:00+02:00 | 2026-01-01T08:00:00Z", "2026-01-01T10:00:00-0530 | 2026-01-01T15:30:00Z",
            "2026-01-01T10:00:00-08 | 2026-01-01T18:00:00Z", "2026-01-01T10:00:00+05:30:20 | 2026-01-01T04:29:40Z",
            "2026-01-01T10:00:00\u22128:00 |", "2026-01-01T10:00:00\u221208:00 | 2026-01-01T18:00:00Z",
            "2026-01-01 10:00:00 | 2026-01-01T10:00:00Z", "2026-01-01  10:00:00 | 2026-01-01T10:00:00Z",
            "2026-01-01 10:00:00+00 | 2026-01-01T10:00:00Z", "2026-01-01 10:00:00.5 +0100 | 2026-01-01T09:00:00.500Z",
            "2026-01-01 10:00:00 UTC | 2026-01-01T10:00:00Z", "2026-01-01 10:00:00 GMT | 2026-01-01T10:00:00Z",
            "2026-01-01T10:00:00 | 2026-01-01T10:00:00Z", "2026-01-01T10:00 | 2026-01-01T10:00:00Z",
            "2026-01-01T10:00Z | 2026-01-01T10:00:00Z", "2026-01-01T10Z | 2026-01-01T10:00:00Z",
            "2026-01-01 | 2026-01-01T00:00:00Z", "20260101T100000Z | 2026-01-01T10:00:00Z",
            "20260101T100000.25+0100 | 2026-01-01T09:00:00.250Z", "20260101T1000 | 2026-01-01T10:00:00Z",
            "2026-01-01T10:00:00.123456Z | 2026-01-01T10:00:00.123456Z",
            "2026-01-01T10:00:00.123456789Z | 2026-01-01T10:00:00.123456Z",
            "2026-01-01T10:00:00.123456999999999Z | 2026-01-01T10:00:00.123456Z",
            "2026-01-01T10:00:00.1Z | 2026-01-01T10:00:00.100Z", "2026-01-01T10:00:00,5Z | 2026-01-01T10:00:00.500Z",
            "2026-01-01T24:00:00Z | 2026-01-02T00:00:00Z", "2016-12-31T23:59:60Z | 2017-01-01T00:00:00Z",
            "2024-02-29T00:00:00Z | 2024-02-29T00:00:00Z",
            "2026-01-01T10:00:00+01:00[Europe/Paris] | 2026-01-01T09:00:00Z",
            "2026-01-01T10:00:00Z[UTC] | 2026-01-01T10:00:00Z",
            "2026-07-01T10:00:00[Europe/Paris] | 2026-07-01T08:00:00Z",
            "2026-01-01T10:00:00+01:00[Mars/Olympus_Mons] | 2026-01-01T09:00:00Z",
            "2026-01-01T10:00:00+00:00[!Europe/London][u-ca=iso8601] | 2026-01-01T10:00:00Z",
            "2026-10-25T02:30:00+01:00[Europe/Paris] | 2026-10-25T01:30:00Z",
            "+002026-01-01T10:00:00Z | 2026-01-01T10:00:00Z", "0001-01-01T00:00:00Z | 0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z | 9999-12-31T23:59:59.999999Z",
            "+012345-01-01T00:00:00Z | +12345-01-01T00:00:00Z", "+275760-09-13T00:00:00.000Z | +275760-09-13T00:00:00Z",
            "-004712-01-01T00:00:00Z | -4712-01-01T00:00:00Z", "0000-01-01T00:00:00Z | 0000-01-01T00:00:00Z",
            "'  2026-01-01T10:00:00Z ' | 2026-01-01T10:00:00Z", "Thu, 01 Jan 2026 10:00:00 GMT | 2026-01-01T10:00:00Z",
            "Thu, 1 Jan 2026 10:00:00 +0200 | 2026-01-01T08:00:00Z" })
    void text(String text, String expected) {
        assertThat(read("\"" + text + "\"")).isEqualTo(expected == null ? null : Instant.parse(expected));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("Seconds and milliseconds since 1970, told by their size")
    @CsvSource(delimiter = '|', value = { "1767261600000 | 2026-01-01T10:00:00Z", "1767261600 | 2026-01-01T10:00:00Z",
            "1767261600.5 | 2026-01-01T10:00:00.500Z", "1767261600.123456789 | 2026-01-01T10:00:00.123456Z",
            "1767261600000.25 | 2026-01-01T10:00:00.000250Z", "1.7672616e9 | 2026-01-01T10:00:00Z",
            "1.7672616E12 | 2026-01-01T10:00:00Z", "1767261600000.0 | 2026-01-01T10:00:00Z", "0 | 1970-01-01T00:00:00Z",
            "-0 | 1970-01-01T00:00:00Z", "-1 | 1969-12-31T23:59:59Z", "-0.0000001 | 1969-12-31T23:59:59.999999Z",
            "1e-400000000 | 1970-01-01T00:00:00Z", "0e400000000 | 1970-01-01T00:00:00Z",
            "99999999999 | 5138-11-16T09:46:39Z", "100000000000 | 1973-03-03T09:46:40Z",
            "-99999999999 | -1199-02-15T14:13:21Z", "999999999999999 | +33658-09-27T01:46:39.999Z",
            "'\"1767261600000\"' | 2026-01-01T10:00:00Z", "'\"1767261600\"' | 2026-01-01T10:00:00Z",
            "'\"1767261600.25\"' | 2026-01-01T10:00:00.250Z" })
    void number(String json, String expected) {
        assertThat(read(json)).isEqualTo(Instant.parse(expected));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("MongoDB's Extended JSON, whose numbers are always milliseconds")
    @CsvSource(delimiter = '|', value = { "{'$date':'2026-01-01T10:00:00Z'} | 2026-01-01T10:00:00Z",
            "{'$date':1767261600000} | 2026-01-01T10:00:00Z", "{'$date':1000} | 1970-01-01T00:00:01Z",
            "{'$date':{'$numberLong':'1767261600000'}} | 2026-01-01T10:00:00Z",
            "{'$date':{'$numberLong':'-1000'}} | 1969-12-31T23:59:59Z",
            "{'$date':8640000000000000} | +275760-09-13T00:00:00Z",
            "{'$numberLong':'1767261600000'} | 2026-01-01T10:00:00Z",
            "{'x':[{'$date':1}],'$date':1000,'y':{}} | 1970-01-01T00:00:01Z" }, quoteCharacter = '`')
    void extendedJson(String json, String expected) {
        assertThat(read(json.replace(QUOTE, '"'))).isEqualTo(Instant.parse(expected));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("What can't be told, or held, is no time")
    @ValueSource(strings = { "''", "' '", "'yesterday'", "'now'", "'null'", "'2026'", "'2026-01'", "'2026-1-1'",
            "'01/02/2026'", "'01.02.2026'", "'20260101'", "'20260101100000'", "'260101'", "'2026-13-01'",
            "'2026-02-29T00:00:00Z'", "'2026-00-01'", "'2026-01-32'", "'2026-01-01T'", "'2026-01-01T25:00:00Z'",
            "'2026-01-01T24:00:01Z'", "'2026-01-01T10:60:00Z'", "'2026-01-01T10:00:61Z'", "'2026-01-01T10:00:00.Z'",
            "'2026-01-01T10:00:00 00:00'", "'2026-01-01T10:00:00+1'", "'2026-01-01T10:00:00+19:00'",
            "'2026-01-01T10:00:00X'", "'2026-01-01T10:00:00Z[UTC'", "'2026-01-01T10:00:00[]'",
            "'2026-01-01T10:00:00[Mars/Olympus_Mons]'", "'2026-10-25T02:30:00[Europe/Paris]'",
            "'2026-03-29T02:30:00[Europe/Paris]'", "'2026-01-01T10:00:00Z '  ''", "'-000000-01-01T00:00:00Z'",
            "'+275760-09-13T00:00:00.001Z'", "'-004713-12-31T23:59:59Z'", "'+999999-01-01T00:00:00Z'",
            "'+1234567-01-01T00:00:00Z'", "'\u0662\u0660\u0662\u0666-01-01'", "'1e9'", "'0x69'", "'17672616'",
            "1767261600000000", "1767261600000000000", "-1e15", "1e400000000", "-1e400000000", "1e99999999999",
            "1e-99999999999", "1000000000000000000000000000000000000000000", "true", "false", "[]", "[2026,1,1,10,0]",
            "{}", "{'$date':null}", "{'$date':8640000000000001}", "{'$date':1e400000000}", "{'$date':[]}",
            "{'$date':{}}", "{'$date':{'$numberLong':'x'}}", "{'$date':{'$numberLong':'99999999999999999999'}}",
            "{'$date':{'$date':1000}}", "{'seconds':1767261600,'nanos':0}" })
    void notATime(String json) {
        assertThat(read(json.replace(QUOTE, '"').replace("\"  \"", "''"))).isNull();
    }

    private static Instant read(String json) {
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), "[" + json + ",7]")) {
            parser.nextToken();
            parser.nextToken();
            Instant time = EventTime.read(parser);
            // it has read its own value and no more
            assertThat(parser.nextToken()).isEqualTo(JsonToken.VALUE_NUMBER_INT);
            assertThat(parser.getIntValue()).isEqualTo(7);
            return time;
        }
    }
}
