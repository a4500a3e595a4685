package ulens.gateway.engineio;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class PollingTest {
    private final TestServer server = TestServer.quiet();
    private String sid;

    @BeforeEach
    void open() throws Exception {
        sid = RawHttp.open(server.port());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawHttp pendingPoll() throws Exception {
        RawHttp http = new RawHttp(server.port());
        http.send("GET", RawHttp.POLLING + "&sid=" + sid, null);
        return http;
    }

    private void awaitWaitingPoll() throws Exception {
        PollingTransport polling = PollingTransport.of((Session) server.only().session);
        await().until(polling::isWaiting);
    }

    private void assertGone(String reason) throws Exception {
        assertThat(RawHttp.poll(server.port(), sid).body())
                .isEqualTo("{\"code\":1,\"message\":\"Session ID unknown\"}");
        await().untilAsserted(() -> assertThat(server.only().events).endsWith("closed: " + reason));
        assertThat(server.engine.sessions()).isZero();
        await().untilAsserted(() -> assertThat(server.engine.known()).isZero());
    }

    @ParameterizedTest
    @ValueSource(strings = { "4", "4hello", "4a\u001e4b\u001e4c", "4häß€🎈", "4hello\u001ebAQIDBA==", "b",
            "4x\u001e4" })
    void packetsComeBackAsTheyWere(String payload) throws Exception {
        var posted = RawHttp.post(server.port(), sid, payload);
        assertThat(posted.status()).isEqualTo(200);
        assertThat(posted.body()).isEqualTo("ok");
        assertThat(posted.headers()).containsEntry("content-type", "text/html");
        var polled = RawHttp.poll(server.port(), sid);
        assertThat(polled.status()).isEqualTo(200);
        assertThat(polled.body()).isEqualTo(payload);
        assertThat(polled.headers()).containsEntry("content-type", "text/plain; charset=UTF-8");
    }

    @Test
    void base64MayBeBrokenIntoLines() throws Exception {
        assertThat(RawHttp.post(server.port(), sid, "bAQID\nBA==\r\n\u001e4x").status()).isEqualTo(200);
        assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("bAQIDBA==\u001e4x");
    }

    @Test
    void aPollWaitsForAMessage() throws Exception {
        try (RawHttp poll = pendingPoll()) {
            awaitWaitingPoll();
            server.only().session.send(EngineMessage.text("now"));
            assertThat(poll.answer().body()).isEqualTo("4now");
            poll.send("GET", RawHttp.POLLING + "&sid=" + sid, null);
            awaitWaitingPoll();
            server.only().session.send(EngineMessage.binary(new byte[] { 1, 2, 3, 4 }));
            assertThat(poll.answer().body()).isEqualTo("bAQIDBA==");
        }
    }

    @Test
    void aPayloadStaysBelowTheLimitButHasAtLeastOnePacket() throws Exception {
        var session = server.only().session;
        String half = "x".repeat(60_000);
        session.send(EngineMessage.text(half), EngineMessage.text(half), EngineMessage.text("y".repeat(100_000)));
        assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("4" + half);
        assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("4" + half);
        assertThat(RawHttp.poll(server.port(), sid).body()).hasSize(100_001);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "abc", "9", "4ok\u001e", "\u001e4x", "b!!!", "bA", "x" })
    void aPayloadThatIsNoneClosesTheSession(String payload) throws Exception {
        assertThat(RawHttp.post(server.port(), sid, payload).status()).isEqualTo(400);
        assertGone("parse error");
    }

    @Test
    void invalidUtf8ClosesTheSession() throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("POST", RawHttp.POLLING + "&sid=" + sid, null, "Content-Length: 2");
            http.write(new byte[] { '4', (byte) 0xff });
            assertThat(http.answer().status()).isEqualTo(400);
        }
        assertGone("parse error");
    }

    @Test
    void tooManyPacketsInOnePostCloseTheSession() throws Exception {
        assertThat(RawHttp.post(server.port(), sid, "4x\u001e".repeat(99) + "4x").status()).isEqualTo(200);
        assertThat(server.only().events).hasSize(100);
        assertThat(RawHttp.post(server.port(), sid, "4x\u001e".repeat(100) + "4x").status()).isEqualTo(400);
        assertThat(server.only().events.stream().filter("x"::equals)).hasSize(100);
        assertGone("parse error");
    }

    @Test
    void aPostOfExactlyTheLimitIsTaken() throws Exception {
        assertThat(RawHttp.post(server.port(), sid, "4" + "x".repeat(99_999)).status()).isEqualTo(200);
    }

    @Test
    void anOversizedPostIsRefusedBeforeItsBodyComes() throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("POST", RawHttp.POLLING + "&sid=" + sid, null, "Content-Length: 100001");
            assertThat(http.answer().status()).isEqualTo(413);
        }
        assertThat(server.only().events).isEmpty();
    }

    @Test
    void chunkedPostsAreTakenUpToTheLimitAndNoFurther() throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("POST", RawHttp.POLLING + "&sid=" + sid, null, "Transfer-Encoding: chunked");
            http.write("2\r\n4a\r\n1\r\nb\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(http.answer().body()).isEqualTo("ok");
            assertThat(server.only().events).containsExactly("ab");
            http.send("POST", RawHttp.POLLING + "&sid=" + sid, null, "Transfer-Encoding: chunked");
            http.write(("c350\r\n4" + "x".repeat(49_999) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            http.write("7fffffff\r\nx".getBytes(StandardCharsets.US_ASCII));
            assertThat(http.answer().status()).isEqualTo(413);
            assertThat(http.atEnd()).isTrue();
        }
        await().untilAsserted(() -> assertThat(server.only().events).containsExactly("ab", "closed: transport error"));
    }

    @Test
    void aSecondConcurrentPollClosesTheSession() throws Exception {
        try (RawHttp first = pendingPoll()) {
            awaitWaitingPoll();
            assertThat(RawHttp.poll(server.port(), sid).status()).isEqualTo(400);
            assertThat(first.answer().body()).isEqualTo("1");
        }
        assertGone("transport error");
    }

    @Test
    void aSecondConcurrentPostClosesTheSession() throws Exception {
        try (RawHttp first = new RawHttp(server.port())) {
            first.send("POST", RawHttp.POLLING + "&sid=" + sid, null, "Content-Length: 10");
            PollingTransport polling = PollingTransport.of((Session) server.only().session);
            await().until(polling::isPosting);
            assertThat(RawHttp.post(server.port(), sid, "4x").status()).isEqualTo(400);
            await().untilAsserted(() -> assertThat(server.only().events).containsExactly("closed: transport error"));
            // The POST that hangs is cut off in the end.
            assertThat(first.atEnd()).isTrue();
            await().until(() -> server.engine.known() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "PUT", "DELETE", "PATCH" })
    void otherMethodsAreRefusedWithoutHarm(String method) throws Exception {
        var answer = RawHttp.once(server.port(), method, RawHttp.POLLING + "&sid=" + sid, null);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
        assertThat(RawHttp.post(server.port(), sid, "4x").status()).isEqualTo(200);
    }

    @Test
    void theClientsClosePacketEndsThePendingPoll() throws Exception {
        try (RawHttp poll = pendingPoll()) {
            awaitWaitingPoll();
            assertThat(RawHttp.post(server.port(), sid, "4last\u001e1\u001e4never").status()).isEqualTo(200);
            assertThat(poll.answer().body()).isIn("4last", "6");
        }
        await().untilAsserted(
                () -> assertThat(server.only().events).containsExactly("last", "closed: transport close"));
    }

    @Test
    void aPollThatCrossesTheClientsClosePacketFindsAnEndOnce() throws Exception {
        RawHttp.post(server.port(), sid, "1");
        assertThat(server.engine.sessions()).isZero();
        assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("6");
        assertGone("transport close");
    }

    @Test
    void aClosedSessionIsForgottenThoughNobodyPolls() throws Exception {
        RawHttp.post(server.port(), sid, "1");
        await().until(() -> server.engine.known() == 0);
    }

    @Test
    void closeWritesWhatIsQueuedAndThenAClosePacket() throws Exception {
        var session = server.only().session;
        session.send(EngineMessage.text("one"), EngineMessage.text("two"));
        session.close();
        assertThat(session.send(EngineMessage.text("late"))).isFalse();
        assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("4one\u001e4two");
        assertThat(RawHttp.poll(server.port(), sid).body()).isEqualTo("1");
        assertGone("forced close");
    }

    @Test
    void closeEndsAPendingPoll() throws Exception {
        try (RawHttp poll = pendingPoll()) {
            awaitWaitingPoll();
            server.only().session.close();
            assertThat(poll.answer().body()).isEqualTo("1");
        }
        assertGone("forced close");
    }

    @Test
    void aBodyThatBreaksOffClosesTheSession() throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("POST", RawHttp.POLLING + "&sid=" + sid, null, "Content-Length: 10");
            http.write("4x".getBytes(StandardCharsets.US_ASCII));
        }
        await().untilAsserted(() -> assertThat(server.only().events).containsExactly("closed: transport error"));
        await().until(() -> server.engine.known() == 0);
    }

    /** A server with more to say to its only session than fits into the buffers of a connection. */
    private static TestServer talkative(Duration interval, Duration timeout) throws Exception {
        EngineConfig config = EngineConfig.defaults(TestServer.PATH)
                .with(new EngineConfig.Heartbeat(interval, timeout, Duration.ZERO))
                .with(new EngineConfig.Queue(64 * 1024, 200_000_000, Duration.ofSeconds(30)))
                .with(new EngineConfig.Limits(1_000_000, 100, 10, 10));
        TestServer server = new TestServer(config, TestServer.Recorded::new);
        RawHttp.open(server.port());
        EngineMessage[] many = new EngineMessage[50];
        Arrays.fill(many, EngineMessage.text("x".repeat(900_000)));
        server.only().session.send(many);
        return server;
    }

    private static RawHttp manyPolls(TestServer server) throws Exception {
        RawHttp http = new RawHttp(server.port());
        for (int i = 0; i < 50; i++) {
            http.send("GET", RawHttp.POLLING + "&sid=" + server.only().session.id(), null);
        }
        await().until(() -> http.in().available() > 10_000);
        return http;
    }

    @Test
    void aPollThatCannotBeAnsweredClosesTheSession() throws Exception {
        try (TestServer talkative = talkative(Duration.ofSeconds(60), Duration.ofSeconds(60))) {
            try (RawHttp http = manyPolls(talkative)) {
                http.socket.setSoLinger(true, 0);
            }
            await().untilAsserted(() -> assertThat(talkative.only().events).containsExactly("closed: transport error"));
            await().until(() -> talkative.engine.known() == 0);
        }
    }

    @Test
    void aPollThatNobodyReadsIsCutOffAfterThePingTimeout() throws Exception {
        try (TestServer talkative = talkative(Duration.ofMillis(200), Duration.ofMillis(200));
                RawHttp http = manyPolls(talkative)) {
            await().untilAsserted(() -> assertThat(talkative.only().events).containsExactly("closed: ping timeout"));
            await().until(() -> talkative.engine.known() == 0);
            int length = 0;
            try {
                length = http.in().readAllBytes().length;
            } catch (java.net.SocketException e) {
                // Reset is an end as good as any.
            }
            assertThat(length).isLessThan(45_000_000);
        }
    }
}
