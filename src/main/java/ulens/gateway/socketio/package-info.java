/**
 * A Socket.IO server (protocol revision 5) for Helidon, on top of {@link ulens.gateway.engineio}. Knows nothing of
 * notifications.
 * <p>
 * A complete application; the stock clients connect to it with their default options:
 *
 * <pre>{@code
 * public class Echo {
 *     public static void main(String[] args) {
 *         SocketIoServer io = SocketIoServer.builder().build();
 *         io.namespace("/").onConnection(socket -> {
 *             socket.join("everyone");
 *             socket.on("message", (arguments, ack) -> socket.emit("message-back", arguments.toArray()));
 *             socket.on("message-with-ack", (arguments, ack) -> ack.send(arguments.toArray()));
 *             socket.on("shout",
 *                     (arguments, ack) -> socket.namespace().room("everyone").emit("shout", arguments.get(0)));
 *             socket.on("ask-me", (arguments, ack) -> {
 *                 List<JsonNode> answer = socket.emitWithAck(Duration.ofSeconds(5), "question", "How are you?").get();
 *                 socket.emit("you-said", answer.toArray());
 *             });
 *             socket.onDisconnect(reason -> System.out.println(socket.id() + " is gone: " + reason));
 *         });
 *
 *         WebServerConfig.Builder web = WebServer.builder().port(3000);
 *         HttpRouting.Builder routing = HttpRouting.builder();
 *         io.attach(web, routing);
 *         web.routing(routing).build().start();
 *         Runtime.getRuntime().addShutdownHook(new Thread(io::close));
 *     }
 * }
 * }</pre>
 *
 * Who may connect is decided by an {@link ulens.gateway.socketio.Admission}, which sees the auth payload of the client
 * and the HTTP request that opened the connection:
 *
 * <pre>{@code
 * io.namespace("/ws")
 *         .onConnect(request -> users.find(request.auth().path("token").asString(""))
 *                 .<ConnectDecision> map(user -> new ConnectDecision.Accept(null, null, user))
 *                 .orElse(ConnectDecision.refuse("Invalid token")));
 * }</pre>
 *
 * <b>Threads.</b> Admission and handlers of one connection run one at a time, in the order of its packets, on a virtual
 * thread, and may block. Meanwhile up to {@code inboundQueue} packets wait; then no more are read from that client. All
 * sending methods return at once and may be called from any thread; who can wait, asks
 * {@link ulens.gateway.socketio.Socket#awaitRoom()} before sending much.
 * <p>
 * <b>Errors.</b> A packet that breaks the protocol closes its connection with "parse error"; a handler that throws
 * closes its connection after a DISCONNECT packet. Neither touches any other connection.
 * <p>
 * <b>Where it is stricter than the stock server:</b> event names are strings (the stock server takes numbers, too),
 * EVENT and ACK have a payload and an ACK an id, each attachment has exactly one placeholder, which is nothing but a
 * placeholder. <b>Where it is milder:</b> packets that cross a DISCONNECT of the server on their way are ignored
 * instead of closing the connection, which other namespaces may still be using.
 *
 * @see <a href="https://github.com/socketio/socket.io-protocol">Socket.IO protocol</a>
 */
package ulens.gateway.socketio;
