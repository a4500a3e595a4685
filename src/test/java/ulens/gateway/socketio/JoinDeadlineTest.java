package ulens.gateway.socketio;

import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The deadline to join, when the server puts a client out of its only namespace. */
class JoinDeadlineTest {
    /** The fuzz test meets this order of calls only by chance. */
    @Test
    void aConnectionThatEndsJustAsItsClientIsPutOutLeavesNoDeadline() throws Exception {
        SocketIoServer server = new SocketIoServer(SocketIoConfig.defaults());
        Namespace ws = server.namespace("/ws");
        MemorySession session = MemorySession.connected(server, "/ws");
        session.whenStrange(() -> session.drop("transport close"));
        await().until(() -> ws.sockets().size() == 1);
        ws.sockets().iterator().next().disconnect();
        assertThat(server.awaitHandlers(Duration.ofSeconds(20))).isTrue();
        assertThat(session.isClosed()).isTrue();
        assertThat(server.deadlines()).isZero();
        server.close();
    }

    @Test
    void whoIsPutOutAndDoesNotComeBackIsEnded() {
        SocketIoServer server = new SocketIoServer(
                SocketIoConfig.defaults().withConnectTimeout(Duration.ofMillis(300)));
        Namespace ws = server.namespace("/ws");
        MemorySession session = MemorySession.connected(server, "/ws");
        await().until(() -> ws.sockets().size() == 1);
        ws.sockets().iterator().next().disconnect();
        session.awaitClosed();
        server.close();
    }
}
