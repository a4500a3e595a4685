package ulens.gateway.socketio;

import org.junit.jupiter.api.AfterEach;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** A server with one namespace, without a network. */
abstract class ServerTestCase {
    static final Duration LONG = Duration.ofSeconds(20);

    final SocketIoServer server = new SocketIoServer(
            SocketIoConfig.defaults().with(SocketIoConfig.Inbound.defaults().withQueue(4)));
    final Namespace ws = server.namespace("/ws");
    final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
    final BlockingQueue<String> log = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        server.close();
    }

    Socket connect() throws InterruptedException {
        ws.onConnection(sockets::add);
        MemorySession.connected(server, "/ws");
        return socket();
    }

    Socket socket() throws InterruptedException {
        Socket socket = sockets.poll(20, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        return socket;
    }
}
