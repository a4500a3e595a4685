package ulens.gateway.intake.event;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import ulens.gateway.stream.NewDelivery;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * 60,000 bodies: every one is an event that can be stored or is refused for a reason that the README names; what must
 * be stored is never refused.
 */
class EventParserFuzzTest {
    private static final int CASES = 10_000;
    private static final int MOST = 100_000;

    private final DocumentedReasons documented = new DocumentedReasons();
    private final EventParser parser = new EventParser(MOST, _ -> {
    });

    @RepeatedTest(2)
    void whatMustBeStoredIs(RepetitionInfo repetition) {
        RandomEvents events = new RandomEvents(repetition.getCurrentRepetition());
        for (int id = 1; id <= CASES; id++) {
            byte[] body = events.good("u-\u00fc", id);
            if (!(check(body, "good, seed " + repetition.getCurrentRepetition()) instanceof NewDelivery row)) {
                fail("refused: " + new String(body, StandardCharsets.UTF_8));
                return;
            }
            assertThat(row.userId()).isEqualTo("u-\u00fc");
            assertThat(row.notificationId()).isEqualTo(id);
        }
    }

    @RepeatedTest(2)
    void whatWasDoneToItMayBreakItButNothingElse(RepetitionInfo repetition) {
        RandomEvents events = new RandomEvents(100 + repetition.getCurrentRepetition());
        for (int id = 1; id <= CASES; id++) {
            check(events.mutated("u", id), "mutated, seed " + (100 + repetition.getCurrentRepetition()));
        }
    }

    @RepeatedTest(2)
    void noiseIsRefused(RepetitionInfo repetition) {
        RandomEvents events = new RandomEvents(200 + repetition.getCurrentRepetition());
        for (int i = 0; i < CASES; i++) {
            check(events.noise(), "noise, seed " + (200 + repetition.getCurrentRepetition()));
        }
    }

    /** {@return the row, or null} */
    private NewDelivery check(byte[] body, String what) {
        String described = what + ", body in hex: " + HexFormat.of().formatHex(body);
        try {
            long begun = System.nanoTime();
            Parsed parsed = parser.parse(body);
            // a hang, not a slow machine
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).as(described).isLessThan(Duration.ofSeconds(20));
            if (parsed instanceof Parsed.Accepted(NewDelivery row)) {
                assertStorable(row, described);
                return row;
            }
            String reason = ((Parsed.Rejected) parsed).reason();
            assertThat(documented.include(reason)).as("documented: " + reason + ", " + described).isTrue();
            return null;
        } catch (RuntimeException | StackOverflowError failure) {
            return fail(described, failure);
        }
    }

    private static void assertStorable(NewDelivery row, String described) {
        assertThat(row.userId().codePointCount(0, row.userId().length())).as(described).isBetween(1, 200);
        for (String text : new String[] { row.userId(), row.message(), row.metadata() }) {
            if (text != null) {
                assertThat(text).as(described).doesNotContain("\0");
                assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text)).as(described).isTrue();
            }
        }
        if (row.metadata() != null) {
            assertThat(row.metadata().replace("\\\\", "")).as(described).doesNotContain("\\u0000");
        }
    }
}
