package ulens.gateway.engineio;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ulens.gateway.engineio.inbound.InboundBudget;
import ulens.gateway.websocket.MaskedFrame;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Who is a stranger may send little, on either transport and in whatever form; who is trusted again may send more. */
@Timeout(120)
class StrangerTest {
    private static final int LITTLE = 1_000;
    private static final int MUCH = 50_000;

    private final TestServer server = new TestServer(TestServer.quietConfig(), session -> {
        session.inboundShare().distrust(LITTLE);
        return new Known(session);
    });

    /** Trusts who knows the word, until it is told otherwise. */
    private static final class Known extends TestServer.Recorded {
        Known(EngineSession session) {
            super(session);
        }

        @Override
        public void onText(String text) {
            super.onText(text);
            switch (text) {
                case "friend" -> session.inboundShare().trust(MUCH);
                case "stranger" -> session.inboundShare().distrust(LITTLE);
                default -> {
                }
            }
            session.send(EngineMessage.text("heard"));
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private long held() {
        return server.engine.budget().held();
    }

    private static void say(RawWebSocket socket, String text) throws IOException {
        socket.text("4" + text);
        assertThat(socket.readText()).isEqualTo("4heard");
    }

    @Test
    void aWebSocketMayCarryLittleThenMuchThenLittleAgain() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            say(socket, "x".repeat(LITTLE - 1));
            say(socket, "friend");
            say(socket, "x".repeat(MUCH - 1));
            say(socket, "stranger");
            socket.text("4" + "x".repeat(LITTLE));
            assertThat(socket.read().closeCode()).isEqualTo(1009);
        }
        await().untilAsserted(() -> assertThat(held()).isZero());
    }

    @Test
    void fragmentsAreLimitedInSum() throws Exception {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            socket.frame(0x01, ("4" + "x".repeat(LITTLE / 2)).getBytes(StandardCharsets.US_ASCII));
            socket.frame(0x00, new byte[LITTLE / 2]);
            assertThat(socket.read().closeCode()).isEqualTo(1009);
        }
        await().untilAsserted(() -> assertThat(held()).isZero());
    }

    @Test
    void aPostMayBringLittleThenMuch() throws Exception {
        String sid = RawHttp.open(server.port());
        assertThat(RawHttp.post(server.port(), sid, "4" + "x".repeat(LITTLE - 1)).status()).isEqualTo(200);
        assertThat(RawHttp.post(server.port(), sid, "4friend").status()).isEqualTo(200);
        assertThat(RawHttp.post(server.port(), sid, "4" + "x".repeat(MUCH - 1)).status()).isEqualTo(200);
        assertThat(RawHttp.post(server.port(), sid, "4stranger").status()).isEqualTo(200);
        assertThat(RawHttp.post(server.port(), sid, "4" + "x".repeat(LITTLE)).status()).isEqualTo(413);
        assertThat(RawHttp.poll(server.port(), sid).status()).isEqualTo(400);
        await().untilAsserted(() -> assertThat(held()).isZero());
    }

    @Test
    void aChunkedPostIsCountedAsItArrives() throws Exception {
        String sid = RawHttp.open(server.port());
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("POST", RawHttp.POLLING + "&sid=" + sid, null, "Transfer-Encoding: chunked");
            http.write((Integer.toHexString(MUCH) + "\r\n4friend").getBytes(StandardCharsets.US_ASCII));
            http.write(new byte[20_000]);
            await().untilAsserted(() -> assertThat(held()).isGreaterThan(10_000));
        }
        await().untilAsserted(() -> assertThat(held()).isZero());
    }

    @Test
    void aStrangerThatDoesNotReadIsClosedEarly() throws Exception {
        try (RawWebSocket stranger = RawWebSocket.open(server.port());
                RawWebSocket friend = RawWebSocket.open(server.port())) {
            say(friend, "friend");
            byte[] much = new byte[60_000];
            for (TestServer.Recorded one : server.sessions) {
                // more than a stranger may leave unread, and less than others may
                one.session.send(EngineMessage.binary(much), EngineMessage.binary(much));
            }
            assertThat(server.sessions.get(0).session.isClosed()).isTrue();
            assertThat(server.sessions.get(1).session.isClosed()).isFalse();
            assertThat(stranger.atEnd()).isTrue();
        }
    }

    @Test
    void whoFinishesNothingGoesFirstWhenAnotherOneWaitsForMemory() throws Exception {
        InboundBudget small = new InboundBudget(100_000, Duration.ofMillis(500));
        try (TestServer crowded = new TestServer(TestServer.quietConfig(), TestServer.Echo::new, small);
                RawWebSocket one = RawWebSocket.open(crowded.port());
                RawWebSocket two = RawWebSocket.open(crowded.port());
                RawWebSocket three = RawWebSocket.open(crowded.port())) {
            one.frame(0x01, new byte[24_000]);
            two.frame(0x01, new byte[24_000]);
            await().until(() -> small.held() > 90_000);
            String message = "4" + "x".repeat(24_000);
            three.text(message);
            assertThat(three.readText()).isEqualTo(message);
            assertThat(small.evictions()).isPositive();
            assertThat(one.atEnd() || two.atEnd()).isTrue();
        }
    }

    /** 400 connections that break off anywhere in anything; in the end nothing is held. */
    @Test
    void whereverConnectionsBreakOffNothingIsHeldAfterwards() throws Exception {
        CopyOnWriteArrayList<Thread> peers = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 400; i++) {
            Random random = new Random(i);
            peers.add(Thread.startVirtualThread(() -> breakOff(random)));
        }
        for (Thread peer : peers) {
            peer.join();
        }
        await().untilAsserted(() -> {
            assertThat(server.engine.sessions()).isZero();
            assertThat(held()).isZero();
        });
    }

    private void breakOff(Random random) {
        try {
            if (random.nextBoolean()) {
                post(random);
            } else {
                frames(random);
            }
        } catch (IOException e) {
            // being refused in the middle of something is part of it
        }
    }

    private void post(Random random) throws IOException {
        String sid = RawHttp.open(server.port());
        if (random.nextBoolean()) {
            RawHttp.post(server.port(), sid, "4friend");
        }
        try (RawHttp http = new RawHttp(server.port())) {
            boolean chunked = random.nextBoolean();
            int length = 1 + random.nextInt(2 * MUCH);
            http.send("POST", RawHttp.POLLING + "&sid=" + sid, null,
                    chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + length);
            String chunk = chunked ? Integer.toHexString(length) + "\r\n" : "";
            byte[] body = (chunk + "4" + "x".repeat(random.nextInt(length))).getBytes(StandardCharsets.US_ASCII);
            for (int at = 0; at < body.length;) {
                int to = Math.min(body.length, at + 1 + random.nextInt(20_000));
                http.write(java.util.Arrays.copyOfRange(body, at, to));
                at = to;
            }
        }
        RawHttp.post(server.port(), sid, "1");
    }

    private void frames(Random random) throws IOException {
        try (RawWebSocket socket = RawWebSocket.open(server.port())) {
            if (random.nextBoolean()) {
                socket.text("4friend");
            }
            int opcode = 1;
            for (int frames = random.nextInt(6); frames > 0; frames--) {
                byte[] frame = MaskedFrame.of(opcode,
                        "4".repeat(random.nextInt(random.nextInt(MUCH) + 1)).getBytes(StandardCharsets.US_ASCII));
                opcode = 0;
                boolean whole = random.nextInt(4) > 0;
                socket.http.write(java.util.Arrays.copyOf(frame, whole ? frame.length : random.nextInt(frame.length)));
                if (!whole) {
                    return;
                }
                if (random.nextInt(3) == 0) {
                    socket.frame(RawWebSocket.PING, new byte[random.nextInt(20)]);
                }
            }
        }
    }
}
