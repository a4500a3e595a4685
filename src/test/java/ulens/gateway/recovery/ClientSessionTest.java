package ulens.gateway.recovery;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.stream.Position;

import static org.assertj.core.api.Assertions.assertThat;

/** How the state of a client session goes on from one connection to the next. */
class ClientSessionTest {
    private static final ClientSession SESSION = new ClientSession("pid", "user", "sid", 1, true, 40, 7, null);

    @ParameterizedTest
    @ValueSource(strings = { "transport close", "transport error", "ping timeout", "parse error", "forced close",
            "slow client", "server shutting down", "node gone" })
    void aSessionThatEndedByChanceMayGoOn(String reason) {
        assertThat(SESSION.ended(reason).resumable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "client namespace disconnect", "server namespace disconnect" })
    void aSessionThatWasEndedOnPurposeMayNot(String reason) {
        assertThat(SESSION.ended(reason).resumable()).isFalse();
    }

    @Test
    void eachConnectionHasTheNextEpochAndHasNotEnded() {
        assertThat(SESSION.ended("transport close").resumed()).isEqualTo(SESSION.resumed()).satisfies(next -> {
            assertThat(next.epoch()).isEqualTo(2);
            assertThat(next.ended()).isNull();
        });
    }

    @Test
    void whatWasProvedCountsInItsOwnGenerationOnly() {
        assertThat(SESSION.resumed(new Position(30, 7, 0, 0)).provedSeq()).isEqualTo(40);
        assertThat(SESSION.resumed(new Position(50, 7, 0, 0)).provedSeq()).isEqualTo(50);
        assertThat(SESSION.resumed(new Position(30, 8, 0, 0)))
                .satisfies(next -> assertThat(next.provedSeq()).isEqualTo(30))
                .satisfies(next -> assertThat(next.generation()).isEqualTo(8));
    }

    @Test
    void aPrivateIdIsNotWrittenIntoALog() {
        assertThat(SESSION).hasToString("ClientSession[sid #1]");
    }
}
