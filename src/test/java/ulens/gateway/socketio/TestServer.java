package ulens.gateway.socketio;

import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;

import ulens.gateway.engineio.EngineConfig;

/** A Socket.IO server on a real port. */
final class TestServer implements AutoCloseable {
    private final SocketIoServer io;
    private final WebServer web;

    private TestServer(SocketIoServer io, WebServer web) {
        this.io = io;
        this.web = web;
    }

    static TestServer start(Consumer<SocketIoServer> application) {
        return start(SocketIoServer.builder(), application);
    }

    static TestServer start(SocketIoServer.Builder settings, Consumer<SocketIoServer> application) {
        SocketIoServer io = settings.build();
        application.accept(io);
        WebServerConfig.Builder web = WebServer.builder().port(0);
        HttpRouting.Builder routing = HttpRouting.builder();
        io.attach(web, routing);
        return new TestServer(io, web.routing(routing).build().start());
    }

    /** Heartbeats that are quick enough to see a peer die within a test. */
    static EngineConfig engine(Duration pingInterval, Duration pingTimeout) {
        EngineConfig stock = EngineConfig.defaults("/socket.io/");
        return new EngineConfig(stock.path(), pingInterval, pingTimeout, stock.maxPayload(), stock.proofDelay(),
                stock.softQueueLimit(), stock.hardQueueLimit(), stock.stallTimeout(), stock.maxSessions(),
                stock.maxSessionsPerAddress(), stock.maxPacketsPerPost(), Set.of("*"));
    }

    SocketIoServer io() {
        return io;
    }

    int port() {
        return web.port();
    }

    @Override
    public void close() {
        io.close();
        web.stop();
    }
}
