package ulens.gateway.socketio;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import ulens.gateway.engineio.EngineConfig;

import java.time.Duration;
import java.util.List;

/**
 * The server that the conformance suite of the Socket.IO protocol expects:
 * {@code ./mvnw test-compile exec:exec@socketio-echo}.
 */
public final class SocketIoEcho {
    private SocketIoEcho() {
    }

    public static void main(String[] args) {
        start(args.length == 0 ? 3000 : Integer.parseInt(args[0]));
    }

    static WebServer start(int port) {
        return start(port, Duration.ofMillis(300), Duration.ofMillis(200), Duration.ofSeconds(1));
    }

    static WebServer start(int port, Duration pingInterval, Duration pingTimeout, Duration connectTimeout) {
        SocketIoServer io = new SocketIoServer(
                SocketIoConfig.defaults().with(engine(pingInterval, pingTimeout)).withConnectTimeout(connectTimeout));
        for (String name : List.of("/", "/custom")) {
            io.namespace(name).onConnection(SocketIoEcho::echo);
        }
        WebServerConfig.Builder web = WebServer.builder().port(port);
        HttpRouting.Builder routing = HttpRouting.builder();
        io.attach(web, routing);
        return web.routing(routing).build().start();
    }

    private static void echo(Socket socket) {
        socket.on("message", (args, ack) -> socket.emit("message-back", args.toArray()));
        socket.on("message-with-ack", (args, ack) -> ack.send(args.toArray()));
        socket.emit("auth", socket.auth());
    }

    private static EngineConfig engine(Duration pingInterval, Duration pingTimeout) {
        EngineConfig stock = EngineConfig.defaults("/socket.io/");
        return stock.with(new EngineConfig.Heartbeat(pingInterval, pingTimeout, stock.heartbeat().proofDelay()));
    }
}
