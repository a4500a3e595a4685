package ulens.gateway.recovery;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import ulens.gateway.stream.Head;
import ulens.gateway.stream.Position;

import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

/** Who may resume, and from where. */
class ResumptionTest {
    private static final long GENERATION = 77;
    private static final Head HEAD = new Head(100, GENERATION, false);
    private static final ClientSession SESSION = new ClientSession("pid", "user", "sid", 3, true, 40, GENERATION, null);

    private final JsonMapper json = new JsonMapper();
    private ClientSession stored = SESSION;
    private Head head = HEAD;

    @Test
    void aClientGoesOnBehindItsOffsetAndWhatItHadProvedBeforeIsKnown() {
        Position position = new Position(60, GENERATION, 90, 10);
        assertThat(resume("user", offset(position)))
                .contains(new SessionStart(new ClientSession("pid", "user", "sid", 4, true, 60, GENERATION, null), true,
                        Optional.of(position), 40));
    }

    @Test
    void whoHasNothingYetResumesWithoutAPlace() {
        assertThat(resume("user", "null")).contains(new SessionStart(SESSION.resumed(), true, Optional.empty(), 0));
        assertThat(Resumption.of("user", json.readTree("{\"pid\":\"pid\"}"), this::find))
                .hasValueSatisfying(start -> assertThat(start.position()).isEmpty());
    }

    @Test
    void whatWasProvedInAnotherGenerationSaysNothingAboutThisOne() {
        stored = new ClientSession("pid", "user", "sid", 3, true, 40, GENERATION + 1, null);
        assertThat(resume("user", offset(new Position(20, GENERATION, 0, 0)))).hasValueSatisfying(start -> {
            assertThat(start.provedBefore()).isZero();
            assertThat(start.session().provedSeq()).isEqualTo(20);
        });
    }

    @Test
    void anOffsetBehindWhatWasProvedTakesNothingBack() {
        assertThat(resume("user", offset(new Position(20, GENERATION, 0, 0))))
                .hasValueSatisfying(start -> assertThat(start.session().provedSeq()).isEqualTo(40));
    }

    @Test
    void aSessionOfAnotherUserOrWithoutASubscriptionIsNotResumed() {
        assertThat(resume("thief", "null")).isEmpty();
        stored = new ClientSession("pid", "user", "sid", 3, false, 0, 0, null);
        assertThat(resume("user", "null")).isEmpty();
    }

    @Test
    void anOffsetOfAnotherGenerationOrBeyondTheHeadIsAFreshStart() {
        String offset = offset(new Position(60, GENERATION, 0, 0));
        head = new Head(100, GENERATION + 1, true);
        assertThat(resume("user", offset)).isEmpty();
        head = new Head(59, GENERATION, false);
        assertThat(resume("user", offset)).isEmpty();
        head = Head.NONE;
        assertThat(resume("user", offset)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "17", "{}", "\"nonsense\"", "[]", "true" })
    void whatIsNoOffsetIsAFreshStart(String offset) {
        assertThat(resume("user", offset)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "null", "5", "{}", "\"\"", "\"p\\u0000\"",
            "\"01234567890123456789012345678901234567890123456789012345678901234\"" })
    void noDatabaseIsAskedForWhatIsNoPid(String pid) {
        assertThat(Resumption.of("user", json.readTree("{\"pid\":" + pid + "}"), asked -> {
            throw new AssertionError("asked for " + asked);
        })).isEmpty();
    }

    private Optional<SessionStart> resume(String user, String offset) {
        JsonNode auth = json.readTree("{\"pid\":\"pid\",\"offset\":" + offset + "}");
        return Resumption.of(user, auth, this::find);
    }

    private Optional<StoredSession> find(String pid) {
        return Optional.ofNullable(Map.of("pid", new StoredSession(stored, head)).get(pid));
    }

    private static String offset(Position position) {
        return '"' + Offset.of("user", position) + '"';
    }
}
