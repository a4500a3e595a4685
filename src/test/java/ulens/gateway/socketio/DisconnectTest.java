package ulens.gateway.socketio;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.concurrent.CountDownLatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** How sockets end, by whose will and for which fault, and that each end is told once. */
@Timeout(60)
class DisconnectTest extends ServerTestCase {
    @ParameterizedTest
    @ValueSource(strings = { "transport close", "transport error", "ping timeout", "forced close",
            "server shutting down" })
    void tellsWhyTheConnectionEndedAfterTheLastHandler(String reason) throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        ws.onConnection(socket -> {
            socket.join("room");
            socket.on("slow", (args, ack) -> {
                release.await();
                log.add("handled");
            });
            socket.onDisconnect(log::add);
            sockets.add(socket);
        });
        MemorySession session = MemorySession.connected(server, "/ws");
        Socket socket = socket();
        session.say("2/ws,[\"slow\"]");
        session.say("2/ws,[\"slow\"]");
        session.drop(reason);
        assertThat(socket.connected()).isFalse();
        assertThat(ws.sockets()).isEmpty();
        assertThat(ws.index().roomCount()).isZero();
        release.countDown();
        await().atMost(LONG).untilAsserted(() -> assertThat(log).containsExactly("handled", "handled", reason));
        assertThat(server.awaitHandlers(LONG)).isTrue();
    }

    @Test
    void lettingTheClientLeaveOneNamespaceKeepsTheOthers() {
        server.namespace("/").onConnection(socket -> socket.on("e", (args, ack) -> socket.emit("back")));
        ws.onConnection(socket -> socket.onDisconnect(log::add));
        MemorySession session = MemorySession.connected(server, "/ws");
        session.say("0");
        session.say("1/ws");
        session.say("2[\"e\"]");
        assertThat(session.awaitSent(3).get(2)).isEqualTo("2[\"back\"]");
        assertThat(log).containsExactly("client namespace disconnect");
        session.say("0/ws");
        assertThat(session.awaitSent(4).get(3)).startsWith("0/ws,");
    }

    @Test
    void puttingTheClientOutOfANamespaceIgnoresWhatCrossesOnTheWay() throws Exception {
        ws.onConnection(socket -> {
            socket.onDisconnect(log::add);
            socket.on("e", (args, ack) -> log.add("handled"));
            sockets.add(socket);
        });
        MemorySession session = MemorySession.connected(server, "/ws");
        Socket socket = socket();
        socket.disconnect();
        socket.disconnect();
        session.say("2/ws,[\"e\"]");
        session.say("3/ws,1[]");
        session.say("1/ws,");
        session.say("0/ws,");
        assertThat(session.awaitSent(3).subList(1, 3)).satisfiesExactly(first -> assertThat(first).isEqualTo("1/ws,"),
                second -> assertThat(second).startsWith("0/ws,"));
        assertThat(socket()).isNotSameAs(socket);
        assertThat(log).containsExactly("server namespace disconnect");
    }

    @Test
    void closingTheConnectionLeavesAllNamespaces() throws Exception {
        server.namespace("/").onConnection(socket -> socket.onDisconnect(reason -> log.add("/ " + reason)));
        ws.onConnection(socket -> socket.onDisconnect(reason -> log.add("/ws " + reason)));
        ws.onConnection(sockets::add);
        MemorySession session = MemorySession.connected(server, "/ws");
        session.say("0");
        session.awaitSent(2);
        socket().disconnect(true);
        session.awaitClosed();
        assertThat(session.sent().subList(2, 4)).containsExactlyInAnyOrder("1", "1/ws,");
        await().atMost(LONG).untilAsserted(() -> assertThat(log)
                .containsExactlyInAnyOrder("/ server namespace disconnect", "/ws server namespace disconnect"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "abc", "2/ws,{}", "2/ws,abc[\"e\"]", "2[\"e\"]", "1", "30[]", "2/ws,[\"connect\"]",
            "0/ws,", "4/ws,{}", "51-/ws,[\"e\"]" })
    void violationsCloseTheConnectionAfterWhatCameBefore(String violation) {
        server.namespace("/");
        ws.onConnection(socket -> socket.on("e", (args, ack) -> log.add("handled")).onDisconnect(log::add));
        MemorySession bystander = MemorySession.connected(server, "/ws");
        MemorySession session = MemorySession.connected(server, "/ws");
        session.say("2/ws,[\"e\"]");
        session.say(violation);
        session.say("2/ws,[\"e\"]");
        session.awaitClosed();
        await().atMost(LONG).untilAsserted(() -> assertThat(log).containsExactly("handled", "parse error"));
        assertThat(bystander.isClosed()).isFalse();
        assertThat(ws.sockets()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "2[\"e\"]", "1", "30[]", "51-[\"e\",{\"_placeholder\":true,\"num\":0}]" })
    void anythingBeforeConnectClosesTheConnection(String packet) {
        server.namespace("/");
        MemorySession session = MemorySession.open(server);
        session.say(packet);
        session.awaitClosed();
        assertThat(session.sent()).isEmpty();
    }

    @Test
    void strayAttachmentsAndTextAmongAttachmentsCloseTheConnection() {
        MemorySession stray = MemorySession.connected(server, "/ws");
        stray.say((byte) 1);
        stray.awaitClosed();
        MemorySession among = MemorySession.connected(server, "/ws");
        among.say("51-/ws,[\"e\",{\"_placeholder\":true,\"num\":0}]");
        among.say("2/ws,[\"e\"]");
        among.awaitClosed();
    }

    @Test
    void aHandlerThatThrowsCostsItsConnectionOnly() {
        ws.onConnection(socket -> {
            socket.on("bad", (args, ack) -> {
                throw new Exception("expected by a test");
            });
            socket.on("worse", (args, ack) -> {
                throw new StackOverflowError("expected by a test");
            });
            socket.onDisconnect(reason -> {
                throw new IllegalStateException("expected by a test");
            });
            socket.onDisconnect(log::add);
        });
        MemorySession bystander = MemorySession.connected(server, "/ws");
        for (String event : List.of("bad", "worse")) {
            MemorySession session = MemorySession.connected(server, "/ws");
            session.say("2/ws,[\"" + event + "\"]");
            session.awaitClosed();
            assertThat(session.sent().get(1)).isEqualTo("1/ws,");
        }
        await().atMost(LONG).untilAsserted(
                () -> assertThat(log).containsExactly("server namespace disconnect", "server namespace disconnect"));
        assertThat(bystander.isClosed()).isFalse();
    }

    @Test
    void aConnectionHandlerThatThrowsCostsItsConnection() {
        ws.onConnection(socket -> {
            throw new IllegalStateException("expected by a test");
        });
        MemorySession session = MemorySession.connected(server, "/ws");
        session.awaitClosed();
        await().atMost(LONG).until(() -> ws.sockets().isEmpty());
    }

    @Test
    void everyAcceptedClientIsGreetedAndSeenOffAlsoIfItLeftMeanwhile() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ws.onConnect(request -> {
            asked.countDown();
            release.await();
            return ConnectDecision.accept();
        }).onConnection(socket -> {
            log.add("connected " + socket.connected());
            socket.join("room");
            socket.onDisconnect(log::add);
        });
        MemorySession session = MemorySession.open(server);
        session.say("0/ws,");
        asked.await();
        session.drop("transport close");
        release.countDown();
        await().atMost(LONG).untilAsserted(() -> assertThat(log).containsExactly("connected false", "transport close"));
        assertThat(server.awaitHandlers(LONG)).isTrue();
        assertThat(ws.sockets()).isEmpty();
        assertThat(ws.index().roomCount()).isZero();
    }
}
