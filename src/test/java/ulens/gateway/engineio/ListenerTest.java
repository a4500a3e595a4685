package ulens.gateway.engineio;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ListenerTest {
    private static final class Failing extends TestServer.Recorded {
        Failing(EngineSession session) {
            super(session);
        }

        @Override
        public void onText(String text) {
            super.onText(text);
            if ("fail".equals(text)) {
                throw new IllegalStateException("on purpose");
            }
            session.send(EngineMessage.text(text));
        }

        @Override
        public void onBinary(byte[] bytes) {
            throw new StackOverflowError("on purpose");
        }
    }

    @Test
    void aListenerThatFailsLosesItsOwnSessionOnly() throws Exception {
        try (TestServer server = new TestServer(TestServer.quietConfig(), Failing::new);
                RawWebSocket other = RawWebSocket.open(server.port());
                RawWebSocket socket = RawWebSocket.open(server.port())) {
            socket.text("4fail");
            socket.text("4never");
            assertThat(socket.read().closeCode()).isEqualTo(1011);
            await().untilAsserted(
                    () -> assertThat(server.sessions.get(1).events).containsExactly("fail", "closed: forced close"));
            other.text("4fine");
            assertThat(other.readText()).isEqualTo("4fine");
            String sid = RawHttp.open(server.port());
            assertThat(RawHttp.post(server.port(), sid, "bAQID").status()).isEqualTo(200);
            await().untilAsserted(
                    () -> assertThat(server.sessions.get(2).events).containsExactly("closed: forced close"));
        }
    }

    @Test
    void anAcceptorThatFailsRefusesTheSession() throws Exception {
        try (TestServer server = new TestServer(TestServer.quietConfig(), session -> {
            throw new IllegalStateException("on purpose");
        })) {
            assertThat(RawHttp.get(server.port(), RawHttp.POLLING).status()).isEqualTo(400);
            try (var socket = RawWebSocket.handshake(server.port(), RawWebSocket.WEBSOCKET, RawWebSocket.HANDSHAKE)) {
                assertThat(socket.read().closeCode()).isEqualTo(1011);
            }
            await().until(() -> server.engine.sessions() == 0 && server.engine.known() == 0);
        }
    }

    @Test
    void messagesMayBeSentWhileTheSessionIsBeingAccepted() throws Exception {
        try (TestServer server = new TestServer(TestServer.quietConfig(), session -> {
            session.send(EngineMessage.text("welcome"));
            return new TestServer.Recorded(session);
        });
                RawWebSocket socket = RawWebSocket.open(server.port())) {
            assertThat(socket.readText()).isEqualTo("4welcome");
            var opened = RawHttp.get(server.port(), RawHttp.POLLING);
            String all = opened.body();
            if (!all.contains("4welcome")) {
                all += RawHttp.poll(server.port(), opened.sid()).body();
            }
            assertThat(all).contains("4welcome");
        }
    }

    @Test
    void callsComeOneAtATimeAndOnCloseComesLast() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        final class Blocking extends TestServer.Recorded {
            Blocking(EngineSession session) {
                super(session);
            }

            @Override
            public void onText(String text) {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                super.onText(text);
                inside.decrementAndGet();
            }

            @Override
            public void onClose(String reason) {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                super.onClose(reason);
            }
        }
        try (TestServer server = new TestServer(TestServer.quietConfig(), Blocking::new)) {
            RawWebSocket socket = RawWebSocket.open(server.port());
            socket.text("4a");
            await().until(() -> inside.get() == 1);
            server.only().session.close();
            assertThat(socket.read().closeCode()).isEqualTo(1000);
            socket.close();
            assertThat(server.only().events).isEmpty();
            go.countDown();
            await().untilAsserted(() -> assertThat(server.only().events).containsExactly("a", "closed: forced close"));
            assertThat(most).hasValue(1);
        }
    }
}
