package ulens.gateway.socketio;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** What the tests with the official clients talk to, in the namespace /app. */
final class EchoApplication {
    private final BlockingQueue<String> farewells = new LinkedBlockingQueue<>();

    void install(SocketIoServer io) {
        io.namespace("/");
        io.namespace("/app").onConnect(this::admit).onConnection(socket -> greet(io, socket));
    }

    BlockingQueue<String> farewells() {
        return farewells;
    }

    private ConnectDecision admit(ConnectRequest request) {
        return request.auth().path("token").asString("").equals("good") ? ConnectDecision.accept()
                : new ConnectDecision.Refuse("Invalid token", request.auth());
    }

    private void greet(SocketIoServer io, Socket socket) {
        socket.on("message", (args, ack) -> socket.emit("message-back", args.toArray()));
        socket.on("message-with-ack", (args, ack) -> ack.send(args.toArray()));
        socket.on("join", (args, ack) -> {
            socket.join(args.getFirst().asString());
            ack.send(socket.rooms().size());
        });
        socket.on("shout", (args, ack) -> io.namespace(socket.namespace()).room(args.getFirst().asString())
                .emit("shouted", args.get(1), new byte[] { 7 }));
        socket.on("ask-me", (args, ack) -> {
            List<JsonNode> answer = socket.emitWithAck(Duration.ofSeconds(20), "question", new byte[] { 1, 2 }).get();
            socket.emit("you-said", answer.toArray());
        });
        socket.on("bye", (args, ack) -> socket.disconnect());
        socket.on("count", (args, ack) -> {
            for (int i = 0; i < args.getFirst().asInt(); i++) {
                socket.emit("number", i);
            }
        });
        socket.onDisconnect(farewells::add);
    }
}
