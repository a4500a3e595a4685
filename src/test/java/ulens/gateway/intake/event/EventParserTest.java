package ulens.gateway.intake.event;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.stream.NewDelivery;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** What the fields of an event may hold. {@code '} stands for a quotation mark. */
class EventParserTest {
    private static final int MOST = 1_000_000;

    private final List<String> unreadable = new ArrayList<>();
    private final EventParser parser = new EventParser(MOST, unreadable::add);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = { "'u-1' | u-1", "42 | 42", "-5 | -5", "-0 | 0", "0 | 0",
            "12345678901234567890123 | 12345678901234567890123", "42.0 | 42", "4.2e1 | 42", "'42' | 42",
            "'\\ud83d\\ude00' | \uD83D\uDE00", "'\\ufffd' | \uFFFD", "' ' | ` `" })
    void userIds(String json, String expected) {
        assertThat(accepted("{'userId':" + json + ",'notificationId':1,'message':'m'}").userId()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = { "null | userId is neither a string nor an integer",
            "true | userId is neither a string nor an integer", "[1] | userId is neither a string nor an integer",
            "{'a':1} | userId is neither a string nor an integer", "1.5 | userId is neither a string nor an integer",
            "1e-400000000 | userId is neither a string nor an integer",
            "1e400000000 | userId is longer than 200 characters",
            "1e99999999999 | userId is longer than 200 characters", "'' | userId is empty",
            "'\\u0000' | userId holds U+0000, which can't be stored",
            "'a\\ud83d' | userId holds half of a surrogate pair, which can't be stored",
            "'\\ude00\\ud83d' | userId holds half of a surrogate pair, which can't be stored" })
    void userIdsThatAreNone(String json, String reason) {
        assertThat(refused("{'userId':" + json + ",'notificationId':1,'message':'m'}")).isEqualTo(reason);
    }

    @Test
    void aUserIdHasAtMostTwoHundredCharactersHoweverTheyAreCounted() {
        String emoji = "\uD83D\uDE00".repeat(200);
        assertThat(accepted("{'userId':'" + emoji + "','notificationId':1,'message':'m'}").userId()).isEqualTo(emoji);
        assertThat(refused("{'userId':'" + emoji + "x','notificationId':1,'message':'m'}"))
                .isEqualTo("userId is longer than 200 characters");
        assertThat(refused("{'userId':" + "1".repeat(201) + ",'notificationId':1,'message':'m'}"))
                .isEqualTo("userId is longer than 200 characters");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = { "42 | 42", "42.0 | 42", "4.2e1 | 42", "420e-1 | 42",
            "'42' | 42", "' 42 ' | 42", "'42.0' | 42", "'+42' | 42", "'0042' | 42", "-1 | -1", "-0 | 0", "0.0e9 | 0",
            "9223372036854775807 | 9223372036854775807", "-9223372036854775808 | -9223372036854775808",
            "9.223372036854775807e18 | 9223372036854775807", "'9007199254740993' | 9007199254740993",
            "0e400000000 | 0" })
    void notificationIds(String json, long expected) {
        assertThat(accepted("{'userId':'u','notificationId':" + json + ",'message':'m'}").notificationId())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = { "1.5 | is not an integer", "null | is not an integer",
            "true | is not an integer", "[42] | is not an integer", "{'$numberLong':'42'} | is not an integer",
            "'' | is not an integer", "'x' | is not an integer", "'0x2a' | is not an integer",
            "'4 2' | is not an integer", "'\u0664\u0662' | is not an integer", "'NaN' | is not an integer",
            "'1.5' | is not an integer", "1e-400000000 | is not an integer", "1e-99999999999 | is not an integer",
            "9223372036854775808 | does not fit 64 bits", "-9223372036854775809 | does not fit 64 bits",
            "1e19 | does not fit 64 bits", "1e400000000 | does not fit 64 bits", "1e99999999999 | does not fit 64 bits",
            "'1e400000000' | does not fit 64 bits" })
    void notificationIdsThatAreNone(String json, String reason) {
        assertThat(refused("{'userId':'u','notificationId':" + json + ",'message':'m'}"))
                .isEqualTo("notificationId " + reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = { "a\\u0000b | a\uFFFDb", "cut \\ud83d | cut \uFFFD",
            "\\ude00 | \uFFFD", "\\ude00\\ud83d | \uFFFD\uFFFD", "\\ud83d\\ud83d\\ude00 | \uFFFD\uD83D\uDE00",
            "\\ud83d\uD83D\uDE00 | \uFFFD\uD83D\uDE00", "\\\\u0000 | \\u0000", "\\\\\\u0000 | \\\uFFFD",
            "\\uD83D\\uDE00 | \uD83D\uDE00", "\\ud83dx\\ude00 | \uFFFDx\uFFFD", "plain | plain" })
    void whatCantBeStoredInTextIsReplaced(String json, String expected) {
        assertThat(accepted("{'userId':'u','notificationId':1,'message':'" + json + "'}").message())
                .isEqualTo(expected);
        String metadata = accepted(
                "{'userId':'u','notificationId':1,'message':'m','metadata':{'" + json + "':['" + json + "']}}")
                        .metadata();
        NewDelivery again = accepted("{'userId':'u','notificationId':1,'metadata':{},'message':"
                + metadata.substring(metadata.indexOf('[') + 1, metadata.indexOf(']')) + "}");
        assertThat(again.message()).isEqualTo(expected);
        assertThat(accepted("{'" + json + "':1,'userId':'u','notificationId':1,'message':'m'}").message())
                .isEqualTo("m");
    }

    @Test
    void metadataStaysAsItIs() {
        for (String json : List.of("{}", "[]", "'x'", "7", "-0.50", "true", "false", "{'b':1,  'a':[1.0,1e2,null]}",
                "['\\u00e9\\ud83d\\ude00\\\\u0000']", "' '", "{'a':{'a':1,'a':2}}")) {
            assertThat(accepted("{'metadata': " + json + " ,'userId':'u','notificationId':1,'message':'m'}").metadata())
                    .isEqualTo(json.replace('\'', '"'));
        }
        assertThat(accepted("{'userId':'u','notificationId':1,'message':'m','metadata':null}").metadata()).isNull();
    }

    @Test
    void metadataBeyondTheLimitsIsRefusedAndTheSameInAnUnknownFieldIsSkipped() {
        String deep = "[".repeat(201) + "]".repeat(201);
        String digits = "1".repeat(1_001);
        String fraction = "0." + "1".repeat(1_000);
        String name = "{'" + "n".repeat(50_001) + "':1}";
        List<List<String>> beyond = List.of(List.of(deep, "metadata is nested deeper than 200 levels"),
                List.of("[".repeat(100_000) + "]".repeat(100_000), "metadata is nested deeper than 200 levels"),
                List.of(digits, "metadata holds a number of more than 1000 digits"),
                List.of("[" + fraction + "]", "metadata holds a number of more than 1000 digits"),
                List.of("9".repeat(300_000), "metadata holds a number of more than 1000 digits"),
                List.of(name, "metadata holds a name of more than 50000 characters"),
                List.of("1e400000000", "metadata holds numbers of too many digits"),
                List.of("1e-400000000", "metadata holds numbers of too many digits"),
                List.of("[1e40000,1e40000]", "metadata holds numbers of too many digits"),
                List.of("1e-16384", "metadata holds numbers of too many digits"));
        for (List<String> one : beyond) {
            assertThat(refused("{'userId':'u','notificationId':1,'message':'m','metadata':" + one.getFirst() + "}"))
                    .isEqualTo(one.getLast());
            for (String field : List.of("unknown", "scheduledAt", "userEmail", "sentAt", "readAt")) {
                NewDelivery row = accepted("{'" + field + "':" + one.getFirst()
                        + ",'userId':'u','notificationId':1,'message':'m','metadata':[1]}");
                assertThat(row.metadata()).isEqualTo("[1]");
            }
        }
        String just = "[".repeat(200) + "1".repeat(1_000) + "]".repeat(200);
        assertThat(accepted("{'userId':'u','notificationId':1,'message':'m','metadata':" + just + "}").metadata())
                .isEqualTo(just);
    }

    @Test
    void anUnknownFieldMayHoldAnythingUnderAnyName() {
        assertThat(accepted("{'" + "n".repeat(60_000) + "':{},'\\u0000':'\\ud800','':null,'x':'" + "s".repeat(500_000)
                + "','userId':'u','notificationId':1,'message':'m'}").message()).isEqualTo("m");
    }

    @Test
    void theLastValueOfANameCounts() {
        NewDelivery row = accepted("{'userId':null,'userId':'u','notificationId':'x','notificationId':2,'message':1,"
                + "'message':'m','metadata':1e999999,'metadata':{},'readAt':5,'readAt':null}");
        assertThat(row).isEqualTo(new NewDelivery("u", 2, "m", "{}", null, null));
        assertThat(refused("{'userId':'u','notificationId':2,'message':'m','message':7}"))
                .isEqualTo("message is not a string");
    }

    @Test
    void aTimeThatCantBeReadIsMissingAndCounted() {
        NewDelivery row = accepted(
                "{'userId':'u','notificationId':1,'message':'m','sentAt':'yesterday','readAt':{'$date':true}}");
        assertThat(row.sentAt()).isNull();
        assertThat(row.readAt()).isNull();
        assertThat(unreadable).containsExactly("sentAt", "readAt");
        unreadable.clear();
        row = accepted("{'userId':'u','notificationId':1,'message':'m','sentAt':1767261600,'readAt':null}");
        assertThat(row.sentAt()).isEqualTo(Instant.parse("2026-01-01T10:00:00Z"));
        assertThat(unreadable).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "messageId", "userEmail", "eventType", "scheduledAt", "category", "escalateAfter" })
    void anOptionalFieldOfTheWrongTypeNeverCostsTheNotification(String field) {
        for (String json : List.of("null", "1", "'x'", "[]", "{'a':[1]}", "true", "'\\u0000\\ud800'", "1e400000000")) {
            assertThat(
                    accepted("{'" + field + "':" + json + ",'userId':'u','notificationId':1,'message':'m'}").userId())
                            .isEqualTo("u");
        }
    }

    @Test
    void aByteOrderMarkIsSkippedAndPlacesStillCountTheBytes() {
        String event = "\uFEFF{'userId':'u','notificationId':1,'message':'m','metadata':{'a':'\u00e9'}}";
        assertThat(accepted(event).metadata()).isEqualTo("{\"a\":\"\u00e9\"}");
        assertThat(refused("{'userId':'\u00e9\u20ac\uD83D\uDE00' x")).startsWith("body is not JSON: error at byte ");
    }

    /** As they were in the gateway before this one, which decoded before it parsed. */
    @Test
    void bytesThatAreNotUtf8AreReplacedInTextAndRefusedInTheUser() {
        byte[] cut = latin1(
                "{'userId':'u','notificationId':1,'message':'cut \u00f0\u009f\u0098','metadata':['\u00e9']}");
        NewDelivery row = ((Parsed.Accepted) parser.parse(cut)).row();
        assertThat(row.message()).isEqualTo("cut \uFFFD");
        assertThat(row.metadata()).isEqualTo("[\"\uFFFD\"]");
        assertThat(parser.parse(latin1("{'userId':'J\u00fcrgen','notificationId':1,'message':'m'}")))
                .isEqualTo(new Parsed.Rejected("userId is not UTF-8"));
        // half of a surrogate pair, and a whole one, as some encoders write them: neither is UTF-8
        assertThat(((Parsed.Accepted) parser
                .parse(latin1("{'userId':'u','notificationId':1,'message':'\u00ed\u00a0\u00bd'}"))).row().message())
                        .isEqualTo("\uFFFD");
    }

    private static byte[] latin1(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.ISO_8859_1);
    }

    private NewDelivery accepted(String event) {
        Parsed parsed = parser.parse(event.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        assertThat(parsed).isInstanceOf(Parsed.Accepted.class);
        return ((Parsed.Accepted) parsed).row();
    }

    private String refused(String event) {
        Parsed parsed = parser.parse(event.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        assertThat(parsed).isInstanceOf(Parsed.Rejected.class);
        return ((Parsed.Rejected) parsed).reason();
    }
}
