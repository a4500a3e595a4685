package ulens.gateway.recovery;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of connections when their session goes on over another one, and what is written down of sessions. */
class LocalSessionsTest {
    private static final ClientSession FRESH = new ClientSession("pid", "user", "sid", 1, false, 0, 0, null);
    private static final ClientSession SUBSCRIBED = FRESH.withSubscription();

    private final List<ClientSession> written = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private final LocalSessions sessions = new LocalSessions(written::add);

    private final class Connection implements ClientConnection {
        private final String name;

        private Connection(String name) {
            this.name = name;
        }

        @Override
        public String socketId() {
            return name;
        }

        @Override
        public void takenOver() {
            ends.add(name + " taken over");
        }

        @Override
        public void drop() {
            ends.add(name + " dropped");
        }
    }

    @Test
    void aSessionIsWrittenDownFromItsSubscriptionOn() {
        Connection connection = new Connection("only");
        sessions.connected(FRESH, connection);
        assertThat(written).isEmpty();
        sessions.subscribed(FRESH);
        sessions.subscribed(FRESH);
        assertThat(written).containsExactly(SUBSCRIBED);
        sessions.disconnected(FRESH, connection, "transport close");
        assertThat(written).containsExactly(SUBSCRIBED, SUBSCRIBED.ended("transport close"));
    }

    @Test
    void aClientThatOnlyComesAndGoesIsNotWrittenDown() {
        Connection connection = new Connection("only");
        sessions.connected(FRESH, connection);
        sessions.disconnected(FRESH, connection, "transport close");
        sessions.rewrite();
        assertThat(written).isEmpty();
        assertThat(sessions.epochs()).isEmpty();
    }

    @Test
    void aNewConnectionOfASessionEndsTheOldOneWhoseEndThenSaysNothing() {
        Connection old = new Connection("old");
        sessions.connected(SUBSCRIBED, old);
        ClientSession resumed = SUBSCRIBED.resumed();
        sessions.connected(resumed, new Connection("new"));
        assertThat(ends).containsExactly("old taken over");
        sessions.disconnected(SUBSCRIBED, old, "server namespace disconnect");
        assertThat(written).containsExactly(SUBSCRIBED, resumed);
        assertThat(sessions.epochs()).isEqualTo(Map.of("pid", 2));
    }

    @Test
    void aSubscriptionOnAConnectionThatWasTakenOverSaysNothing() {
        sessions.connected(FRESH, new Connection("old"));
        sessions.connected(FRESH.resumed(), new Connection("new"));
        sessions.subscribed(FRESH);
        assertThat(written).isEmpty();
    }

    @Test
    void aConnectionWhoseSessionIsOnAnotherNodeIsCutAndNoNewerOneIs() {
        sessions.connected(SUBSCRIBED.resumed(), new Connection("here"));
        sessions.takenOverElsewhere("pid", 1);
        sessions.takenOverElsewhere("unknown", 2);
        assertThat(ends).isEmpty();
        sessions.takenOverElsewhere("pid", 2);
        sessions.takenOverElsewhere("pid", 2);
        assertThat(ends).containsExactly("here dropped");
        assertThat(sessions.epochs()).isEmpty();
    }

    @Test
    void aNodeThatWasSilentWritesDownAgainWhoIsHere() {
        sessions.connected(SUBSCRIBED, new Connection("here"));
        sessions.rewrite();
        assertThat(written).containsExactly(SUBSCRIBED, SUBSCRIBED);
    }
}
