package ulens.gateway.socketio;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.JsonNodeFactory;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Who is let into a namespace, and what is known of a client before, then and after. */
@Timeout(60)
class AdmissionTest extends ServerTestCase {
    @Test
    void answersConnectBeforeAnythingElse() {
        ws.onConnection(socket -> socket.emit("auth", socket.auth()));
        MemorySession session = MemorySession.open(server);
        session.say("0/ws,{\"token\":\"123\"}");

        assertThat(session.awaitSent(2).get(0)).matches("0/ws,\\{\"sid\":\"[\\w-]{22}\"}");
        assertThat(session.sent().get(1)).isEqualTo("2/ws,[\"auth\",{\"token\":\"123\"}]");
    }

    @Test
    void refusesUnknownNamespacesAndKeepsTheConnection() {
        MemorySession session = MemorySession.open(server);
        session.say("0/random");
        session.say("0/ws");
        assertThat(session.awaitSent(2).get(0)).isEqualTo("4/random,{\"message\":\"Invalid namespace\"}");
        assertThat(session.sent().get(1)).startsWith("0/ws,");
    }

    @Test
    void acceptsWithWhatTheAdmissionSays() throws Exception {
        ws.onConnect(request -> new ConnectDecision.Accept("my-sid", "my-pid", request.auth().get("user").asString()))
                .onConnection(sockets::add);
        MemorySession session = MemorySession.open(server);
        session.say("0/ws,{\"user\":\"u-1\"}");
        assertThat(session.awaitSent(1)).containsExactly("0/ws,{\"sid\":\"my-sid\",\"pid\":\"my-pid\"}");
        Socket socket = socket();
        assertThat(socket.id()).isEqualTo("my-sid");
        assertThat(socket.attachment()).isEqualTo("u-1");
        assertThat(socket.handshake().authorization()).contains("Bearer secret");
        assertThat(ws.sockets()).containsExactly(socket);
    }

    @Test
    void refusesAsTheAdmissionSaysAndLetsTheClientTryAgain() {
        ws.onConnect(request -> request.auth().isEmpty()
                ? new ConnectDecision.Refuse("Missing token", JsonNodeFactory.instance.numberNode(401))
                : ConnectDecision.accept());
        MemorySession session = MemorySession.open(server);
        session.say("0/ws,");
        session.say("0/ws,{\"token\":1}");
        assertThat(session.awaitSent(2).get(0)).isEqualTo("4/ws,{\"message\":\"Missing token\",\"data\":401}");
        assertThat(session.sent().get(1)).startsWith("0/ws,{\"sid\":");
    }

    @Test
    void anAdmissionThatThrowsRefuses() {
        ws.onConnect(request -> {
            throw new IllegalStateException("expected by a test");
        });
        MemorySession session = MemorySession.connected(server, "/ws");
        assertThat(session.sent()).containsExactly("4/ws,{\"message\":\"Internal error\"}");
        assertThat(session.isClosed()).isFalse();
    }

    @Test
    void theAuthPayloadIsGoneOnceTheConnectionHandlersHaveRun() {
        AtomicReference<Socket> connected = new AtomicReference<>();
        ws.onConnection(socket -> {
            assertThat(socket.auth().get("token").asString()).isEqualTo("s3cret");
            connected.set(socket);
        });
        MemorySession session = MemorySession.open(server);
        session.say("0/ws,{\"token\":\"s3cret\"}");
        await().until(() -> connected.get() != null && connected.get().auth().isEmpty());
        await().untilAsserted(() -> assertThat(server.inboundBudget().held()).isZero());
    }

    @Test
    void whoIsInNoNamespaceIsAStranger() {
        ws.onConnect(request -> request.auth().isEmpty() ? ConnectDecision.accept()
                : new ConnectDecision.Accept(null, null, null, request.auth().has("good")));
        MemorySession session = MemorySession.open(server);
        assertThat(session.inboundShare().trusted()).isFalse();
        assertThat(session.inboundShare().limit()).isEqualTo(16 * 1024);
        session.say("0/nowhere,");
        session.awaitSent(1);
        assertThat(session.inboundShare().trusted()).isFalse();
        session.say("0/ws,");
        session.awaitSent(2);
        assertThat(session.inboundShare().trusted()).isTrue();
        assertThat(session.inboundShare().limit()).isEqualTo(1_000_000);
        session.say("1/ws,");
        await().until(() -> !session.inboundShare().trusted());
        MemorySession refused = MemorySession.open(server);
        refused.say("0/ws,{\"bad\":1}");
        refused.awaitSent(1);
        assertThat(refused.inboundShare().trusted()).isFalse();
    }

    @Test
    void aBinaryPacketBeforeAnAcceptedConnectEndsTheConnection() {
        MemorySession session = MemorySession.open(server);
        session.say("0/nowhere,");
        session.awaitSent(1);
        session.say("51-/nowhere,[\"e\",{\"_placeholder\":true,\"num\":0}]");
        session.awaitClosed();
        await().untilAsserted(() -> assertThat(server.inboundBudget().held()).isZero());
    }

    @Test
    void neverPrintsCredentials() {
        ConnectRequest request = new ConnectRequest("/ws", JsonNodeFactory.instance.objectNode().put("token", "s3cret"),
                MemorySession.open(server).handshake());
        assertThat(request.toString()).doesNotContain("s3cret").doesNotContain("Bearer");
    }

    @Test
    void closesWhoDoesNotConnectInTime() {
        SocketIoServer hasty = new SocketIoServer(SocketIoConfig.defaults().withConnectTimeout(Duration.ofMillis(700)));
        hasty.namespace("/");
        MemorySession never = MemorySession.open(hasty);
        MemorySession refused = MemorySession.open(hasty);
        refused.say("0/random");
        MemorySession inTime = MemorySession.connected(hasty, "/");
        never.awaitClosed();
        refused.awaitClosed();
        assertThat(inTime.isClosed()).isFalse();
        assertThat(hasty.deadlines()).isZero();
        hasty.close();
    }
}
