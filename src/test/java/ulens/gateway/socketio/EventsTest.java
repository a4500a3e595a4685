package ulens.gateway.socketio;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Events and their answers in both directions, one encoding for many sockets, and a handler that is slow. */
@Timeout(60)
class EventsTest extends ServerTestCase {
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
        await().atMost(LONG).until(() -> server.deadlines() == 0);
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
        assertThat(ws.index().roomCount()).isZero();
        assertThat(socketB.rooms()).isEmpty();
        socketB.join("r");
        assertThat(ws.index().roomCount()).isZero();
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
}
