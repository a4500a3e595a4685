/**
 * A Socket.IO server (protocol revision 5) for Helidon, on top of {@link ulens.gateway.engineio}. Knows nothing of
 * notifications.
 * <p>
 * A complete application; the stock clients connect to it with their default options:
 *
 * <pre>{@code
 * public class Echo {
 *     public static void main(String[] args) {
 *         SocketIoServer io = new SocketIoServer(SocketIoConfig.defaults());
 *         io.namespace("/").onConnection(socket -> {
 *             socket.join("everyone");
 *             socket.on("message", (arguments, ack) -> socket.emit("message-back", arguments.toArray()));
 *             socket.on("message-with-ack", (arguments, ack) -> ack.send(arguments.toArray()));
 *             socket.on("shout",
 *                     (arguments, ack) -> io.namespace("/").room("everyone").emit("shout", arguments.get(0)));
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
 * An {@link ulens.gateway.socketio.Admission} decides who may connect. It gets the auth payload of the client and the
 * HTTP request that opened the connection:
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
 * sending methods return at once and may be called from any thread; a sender that can wait calls
 * {@link ulens.gateway.socketio.Socket#awaitRoom()} before it sends much.
 * <p>
 * <b>Memory.</b> Until a CONNECT is accepted, and again once a client has left its last namespace, it may send no more
 * than {@code maxPayloadBeforeJoin} bytes in a message, and nothing binary. Input that is not handled yet counts
 * against the {@link ulens.gateway.engineio.inbound.InboundBudget} of the server; trees of JSON count by their nodes.
 * The auth payload is dropped once the connection handlers have run.
 * <p>
 * <b>Errors.</b> A packet that breaks the protocol closes its connection with "parse error"; a handler that throws
 * closes its connection after a DISCONNECT packet. Neither touches any other connection.
 * <p>
 * <b>Stricter than the stock server:</b> event names must be strings (the stock server accepts numbers, too), EVENT and
 * ACK must have a payload and an ACK an id, and each attachment must have exactly one placeholder without further
 * members. <b>More lenient than the stock server:</b> packets that were sent before a DISCONNECT of the server arrived
 * are ignored and do not close the connection, which other namespaces may still use.
 *
 * @see <a href="https://github.com/socketio/socket.io-protocol">Socket.IO protocol</a>
 */
@NullMarked
package ulens.gateway.socketio;

import org.jspecify.annotations.NullMarked;
