package ulens.gateway.engineio;

import io.helidon.common.buffers.BufferData;
import io.helidon.webclient.websocket.WsClient;
import io.helidon.webclient.websocket.WsClientException;
import io.helidon.webclient.websocket.WsClientProtocolConfig;
import io.helidon.websocket.WsCloseCodes;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The opening handshake as the client of another maker makes it; {@link HandshakeTest} has what only raw bytes say. Not
 * a {@code @ServerTest}: that gives the default listener a second connection selector, and then Helidon reads the first
 * bytes before the front door does.
 */
class HelidonWebSocketClientTest {
    private static final String WEBSOCKET = "EIO=4&transport=websocket";

    private final TestServer server = TestServer.quiet();
    private final Heard heard = new Heard();

    private static final class Heard implements WsListener {
        private final BlockingQueue<Object> messages = new LinkedBlockingQueue<>();
        private volatile WsSession session;

        @Override
        public void onOpen(WsSession opened) {
            session = opened;
        }

        @Override
        public void onMessage(WsSession from, String text, boolean last) {
            messages.add(text);
        }

        @Override
        public void onMessage(WsSession from, BufferData bytes, boolean last) {
            messages.add(bytes.readBytes());
        }

        Object next() throws InterruptedException {
            return messages.poll(20, TimeUnit.SECONDS);
        }
    }

    private void connect(WsClientProtocolConfig config, String query) {
        WsClient.builder().baseUri("http://localhost:" + server.port()).protocolConfig(config).build()
                .connect(TestServer.PATH + "?" + query, heard);
    }

    @AfterEach
    void close() {
        if (heard.session != null) {
            heard.session.close(WsCloseCodes.NORMAL_CLOSE, "done");
        }
        server.close();
    }

    @Test
    void theFirstPacketOpensASessionAndMessagesGoBothWays() throws Exception {
        connect(WsClientProtocolConfig.create(), WEBSOCKET);
        assertThat(heard.next()).asString().startsWith("0{\"sid\":\"" + server.only().session.id() + "\"");
        heard.session.send("4hällo", true);
        assertThat(heard.next()).isEqualTo("4hällo");
        heard.session.send(BufferData.create(new byte[] { 1, 2, 3 }), true);
        assertThat(heard.next()).isEqualTo(new byte[] { 1, 2, 3 });
    }

    @Test
    void theFirstProtocolThatIsOfferedIsAgreedOn() throws Exception {
        connect(WsClientProtocolConfig.builder().addSubProtocol("one").addSubProtocol("two").build(), WEBSOCKET);
        assertThat(heard.next()).asString().startsWith("0{");
        assertThat(heard.session.subProtocol()).contains("one");
    }

    @ParameterizedTest
    @ValueSource(strings = { "transport=websocket", "EIO=3&transport=websocket", "EIO=4&transport=polling",
            "EIO=4&transport=websocket&sid=unknown" })
    void whatIsRefusedIsNoWebSocket(String query) {
        assertThatThrownBy(() -> connect(WsClientProtocolConfig.create(), query)).isInstanceOf(WsClientException.class)
                .hasMessageContaining("400");
        assertThat(server.engine.sessions()).isZero();
    }
}
