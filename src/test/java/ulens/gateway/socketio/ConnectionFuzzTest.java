package ulens.gateway.socketio;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** 3,000 connections that say random things, valid and not, and end at random; the same in every run. */
@Timeout(120)
class ConnectionFuzzTest {
    private static final int CONNECTIONS = 3_000;
    private static final List<String> LINES = List.of("0/ws,", "0/ws,{\"a\":1}", "0", "0/nowhere", "1/ws,", "1",
            "2/ws,[\"join\",\"r\"]", "2/ws,[\"leave\",\"r\"]", "2/ws,7[\"echo\",{\"a\":[1]}]", "2/ws,[\"ask\"]",
            "2/ws,[\"bye\"]", "2/ws,[\"leave-all\"]", "2/ws,[\"unknown\"]", "2/ws,{}", "3/ws,0[1]", "3/ws,1[]",
            "51-/ws,[\"echo\",{\"_placeholder\":true,\"num\":0}]",
            "53-/ws,[\"echo\",{\"_placeholder\":true,\"num\":0}]", "51-/ws,[\"echo\",[[],{}",
            "2/ws,[\"echo\",[[],[[]]]", "61-/ws,0[{\"_placeholder\":true,\"num\":0}]", "x");

    @RepeatedTest(5)
    void whateverClientsSayNothingIsLeftOfThem() throws Exception {
        SocketIoServer server = new SocketIoServer(
                SocketIoConfig.defaults().with(SocketIoConfig.Inbound.defaults().withQueue(3)));
        server.namespace("/");
        Namespace ws = server.namespace("/ws");
        ws.onConnection(socket -> install(ws, socket));
        Random random = new Random(7);
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            long seed = random.nextLong();
            clients.add(Thread.startVirtualThread(() -> talk(server, new Random(seed))));
        }
        ws.room("r").emit("to-all", 1);
        for (Thread client : clients) {
            client.join();
        }
        assertThat(server.awaitHandlers(Duration.ofSeconds(60))).isTrue();
        assertThat(ws.sockets()).isEmpty();
        assertThat(server.namespace("/").sockets()).isEmpty();
        assertThat(ws.index().roomCount()).isZero();
        // an answer that will not come ends on a thread of its own, which takes its deadline along
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(server.deadlines()).isZero());
        assertThat(server.inboundBudget().held()).isZero();
        server.close();
    }

    private static void install(Namespace ws, Socket socket) {
        socket.on("join", (args, ack) -> socket.join("r"));
        socket.on("leave", (args, ack) -> socket.leave("r"));
        socket.on("echo", (args, ack) -> ack.send(args.toArray()));
        socket.on("ask", (args, ack) -> socket.emitWithAck(Duration.ofHours(1), "question"));
        socket.on("bye", (args, ack) -> socket.disconnect());
        socket.on("leave-all", (args, ack) -> socket.disconnect(true));
        socket.join("r");
        ws.emit("arrived", ws.sockets().isEmpty());
    }

    private static void talk(SocketIoServer server, Random random) {
        MemorySession session = MemorySession.open(server);
        if (random.nextInt(4) > 0) {
            session.say("0/ws,");
        }
        for (int lines = random.nextInt(20); lines > 0; lines--) {
            String line = LINES.get(random.nextInt(LINES.size()));
            session.say(line);
            if (line.charAt(0) > '4' && line.charAt(0) < '7' && random.nextInt(10) > 0) {
                session.say((byte) 1);
            }
        }
        session.drop("transport close");
    }
}
