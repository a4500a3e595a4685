package ulens.gateway.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

@Timeout(60)
class SocketIoServerTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final SocketIoServer server = SocketIoServer.builder().inboundQueue(4).build();
    private final Namespace ws = server.namespace("/ws");
    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> log = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        server.close();
    }

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
    void neverPrintsCredentials() {
        ConnectRequest request = new ConnectRequest(ws, JsonNodeFactory.instance.objectNode().put("token", "s3cret"),
                new MemorySession().handshake());
        assertThat(request.toString()).doesNotContain("s3cret").doesNotContain("Bearer");
    }

    @Test
    void closesWhoDoesNotConnectInTime() {
        SocketIoServer hasty = SocketIoServer.builder().connectTimeout(Duration.ofMillis(700)).build();
        hasty.namespace("/");
        MemorySession never = MemorySession.open(hasty);
        MemorySession refused = MemorySession.open(hasty);
        refused.say("0/random");
        MemorySession inTime = MemorySession.connected(hasty, "/");
        never.awaitClosed();
        refused.awaitClosed();
        assertThat(inTime.isClosed()).isFalse();
        assertThat(hasty.timer().waiting()).isZero();
        hasty.close();
    }

    @Test
    void handlesEventsOfAConnectionOneByOneInOrder() {
        ws.onConnection(socket -> socket.on("n", (args, ack) -> {
            Thread.yield();
            log.add(args.getFirst().asString());
        }));
        MemorySession session = MemorySession.connected(server, "/ws");
        for (int i = 0; i < 200; i++) {
            session.say("2/ws,[\"n\",\"" + i + "\"]");
        }
        await().atMost(LONG).until(() -> log.size() == 200);
        assertThat(List.copyOf(log).stream().map(Integer::valueOf).toList()).isSorted();
    }

    @Test
    void runsSeveralHandlersOfAnEventAndIgnoresEventsWithoutOne() {
        ws.onConnection(socket -> socket.on("a", (args, ack) -> log.add("first"))
                .on("a", (args, ack) -> log.add("second")).on("b", (args, ack) -> log.add("b")));
        MemorySession session = MemorySession.connected(server, "/ws");
        session.say("2/ws,[\"unknown\"]");
        session.say("2/ws,[\"a\"]");
        session.say("2/ws,[\"b\"]");
        await().atMost(LONG).untilAsserted(() -> assertThat(log).containsExactly("first", "second", "b"));
    }

    @Test
    void answersOnceAndOnlyIfAsked() {
        ws.onConnection(socket -> socket.on("q", (args, ack) -> {
            log.add(String.valueOf(ack.requested()));
            ack.send("one", args.getFirst());
            ack.send("two");
        }));
        MemorySession session = MemorySession.connected(server, "/ws");
        session.say("2/ws,[\"q\",1]");
        session.say("2/ws,456[\"q\",2]");
        session.say("51-/ws,0[\"q\",{\"_placeholder\":true,\"num\":0}]");
        session.say((byte) 1, (byte) 2);
        assertThat(session.awaitSent(4).subList(1, 4)).containsExactly("3/ws,456[\"one\",2]",
                "61-/ws,0[\"one\",{\"_placeholder\":true,\"num\":0}]", "[1, 2]");
        assertThat(log).containsExactly("false", "true", "true");
    }

    @Test
    void waitsForAnswersEvenInsideAHandler() {
        ws.onConnection(socket -> socket.on("go",
                (args, ack) -> log.add(socket.emitWithAck(LONG, "question", "x").get().toString())));
        MemorySession session = MemorySession.connected(server, "/ws");
        session.say("2/ws,[\"go\"]");
        assertThat(session.awaitSent(2).get(1)).isEqualTo("2/ws,0[\"question\",\"x\"]");
        session.say("3/ws,99[\"nobody asked\"]");
        session.say("3/ws,0[\"answer\",2]");
        await().atMost(LONG).untilAsserted(() -> assertThat(log).containsExactly("[\"answer\", 2]"));
    }

    @Test
    void givesUpOnAnswersAfterTheTimeout() throws Exception {
        Socket socket = connect();
        CompletableFuture<List<JsonNode>> answer = socket.emitWithAck(Duration.ofMillis(20), "question");
        assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(TimeoutException.class);
        await().atMost(LONG).until(() -> server.timer().waiting() == 0);
    }

    @Test
    void givesUpOnAnswersWhenTheClientGoes() throws Exception {
        ws.onConnection(sockets::add);
        MemorySession session = MemorySession.connected(server, "/ws");
        Socket socket = socket();
        CompletableFuture<List<JsonNode>> before = socket.emitWithAck(LONG, "question");
        session.drop("transport close");
        CompletableFuture<List<JsonNode>> after = socket.emitWithAck(LONG, "question");
        for (CompletableFuture<List<JsonNode>> answer : List.of(before, after)) {
            assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS)).cause().isInstanceOfSatisfying(
                    DisconnectedException.class, gone -> assertThat(gone.reason()).isEqualTo("transport close"));
        }
        assertThat(socket.emit("more")).isFalse();
    }

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
        assertThat(ws.roomCount()).isZero();
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
    void readsNoMoreFromAClientWhoseHandlersAreBehind() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        ws.onConnection(socket -> socket.on("slow", (args, ack) -> {
            release.await();
            log.add("handled");
        }));
        MemorySession session = MemorySession.connected(server, "/ws");
        Thread reader = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 20; i++) {
                session.say("2/ws,[\"slow\"]");
            }
        });
        await().atMost(LONG).until(() -> reader.getState() == Thread.State.WAITING);
        release.countDown();
        await().atMost(LONG).until(() -> log.size() == 20);
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
        assertThat(ws.roomCount()).isZero();
    }

    @Test
    void roomsReachTheirMembersWithOneEncoding() throws Exception {
        ws.onConnection(sockets::add);
        MemorySession a = MemorySession.connected(server, "/ws");
        Socket socketA = socket();
        MemorySession b = MemorySession.connected(server, "/ws");
        Socket socketB = socket();
        MemorySession c = MemorySession.connected(server, "/ws");
        socketA.join("r");
        socketA.join("r");
        socketB.join("r");
        ws.room("r").emit("e", 1);
        ws.room("nobody").emit("e", 2);
        ws.emit("all", new byte[] { 1 });
        socketA.leave("r");
        ws.room("r").emit(ws.encode("e", 3));
        assertThat(a.sent().subList(1, 4)).containsExactly("2/ws,[\"e\",1]",
                "51-/ws,[\"all\",{\"_placeholder\":true,\"num\":0}]", "[1]");
        assertThat(b.sent().subList(1, 5)).endsWith("2/ws,[\"e\",3]");
        assertThat(c.sent()).hasSize(3);
        assertThat(ws.room("r").size()).isEqualTo(1);
        assertThat(socketB.rooms()).containsExactly("r");
        b.drop("transport close");
        assertThat(ws.roomCount()).isZero();
        assertThat(socketB.rooms()).isEmpty();
        socketB.join("r");
        assertThat(ws.roomCount()).isZero();
    }

    @Test
    void refusesMistakesOfTheApplication() throws Exception {
        Socket socket = connect();
        EncodedEvent foreign = server.namespace("/").encode("e");
        assertThatThrownBy(() -> socket.emit(foreign)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.emit("disconnect")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.on("connect", (args, ack) -> {
        })).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> server.namespace("ws")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> server.namespace("/a,b")).isInstanceOf(IllegalArgumentException.class);
    }

    private Socket connect() throws InterruptedException {
        ws.onConnection(sockets::add);
        MemorySession.connected(server, "/ws");
        return socket();
    }

    private Socket socket() throws InterruptedException {
        Socket socket = sockets.poll(20, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        return socket;
    }
}
