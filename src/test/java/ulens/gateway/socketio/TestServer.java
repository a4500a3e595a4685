package ulens.gateway.socketio;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import ulens.gateway.engineio.EngineConfig;

import java.time.Duration;
import java.util.function.Consumer;

/** A Socket.IO server on a real port. */
final class TestServer implements AutoCloseable {
    private final SocketIoServer io;
    private final WebServer web;

    private TestServer(SocketIoServer io, WebServer web) {
        this.io = io;
        this.web = web;
    }

    static TestServer start(Consumer<SocketIoServer> application) {
        return start(SocketIoConfig.defaults(), application);
    }

    static TestServer start(SocketIoConfig settings, Consumer<SocketIoServer> application) {
        SocketIoServer io = new SocketIoServer(settings);
        application.accept(io);
        WebServerConfig.Builder web = WebServer.builder().port(0);
        HttpRouting.Builder routing = HttpRouting.builder();
        io.attach(web, routing);
        return new TestServer(io, web.routing(routing).build().start());
    }

    /** Heartbeats that are quick enough to see a peer die within a test. */
    static EngineConfig engine(Duration pingInterval, Duration pingTimeout) {
        EngineConfig stock = EngineConfig.defaults("/socket.io/");
        return stock.with(new EngineConfig.Heartbeat(pingInterval, pingTimeout, stock.heartbeat().proofDelay()));
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
