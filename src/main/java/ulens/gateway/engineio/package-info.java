/**
 * An Engine.IO 4 server for Helidon: WebSocket, HTTP long-polling, and the upgrade from one to the other. It works with
 * the stock clients at their defaults, and knows nothing of the protocol above it.
 * <h2>An echo</h2>
 *
 * <pre>{@code
 * EngineServer engine = EngineServer.create(EngineConfig.defaults("/engine.io/"), session -> new SessionListener() {
 *     public void onText(String text) {
 *         session.send(EngineMessage.text(text));
 *     }
 *
 *     public void onBinary(byte[] bytes) {
 *         session.send(EngineMessage.binary(bytes));
 *     }
 *
 *     public void onClose(String reason) {
 *     }
 * });
 * WebServerConfig.Builder server = WebServer.builder().port(3000);
 * HttpRouting.Builder routing = HttpRouting.builder();
 * engine.attach(server, routing);
 * server.addRouting(routing).build().start();
 * }</pre>
 *
 * <h2>How it works</h2>
 * <p>
 * A {@link ulens.gateway.engineio.EngineSession} stays while its transport changes. Sending only queues; a writer
 * drains the queue, on a virtual thread that exists while there is something to send, and writes all queued packets
 * with one system call. The queue is bounded in bytes: below the soft limit there is room, above the hard limit the
 * session is closed. A message that goes to many sessions is encoded once.
 * <p>
 * All deadlines (heartbeats, their answers, proofs, upgrades, ends) are in one timer wheel with one thread for the
 * whole server. A waiting poll, and the reading side of a WebSocket, is a virtual thread.
 * <p>
 * {@link ulens.gateway.engineio.EngineSession#whenReceived} is a proof of receipt: the server pings behind the message,
 * and the client's pong, which the protocol demands at once and in order, proves that everything before the ping has
 * arrived. Heartbeats are proofs as well. At most one ping is on the way. (A client that sends pongs unasked can only
 * deceive itself.)
 * <p>
 * Input that is not handled yet counts with the heap that it takes, from the first byte of a head on, against one
 * {@link ulens.gateway.engineio.inbound.InboundBudget} for all connections. An application that does not know a peer
 * says so ({@link ulens.gateway.engineio.inbound.InboundShare#distrust}): then it may send and hold very little.
 * <h2>Choices that the protocol leaves open</h2>
 * <ul>
 * <li>A second poll or POST at the same time: 400, and the session is closed. A POST over the limits: 413, and the
 * same.
 * <li>A WebSocket for a session that has upgraded, or is about to: opened and closed at once, and the session goes on.
 * For a session that began with a WebSocket: 400.
 * <li>Refused for lack of room or memory, or because of a shutdown: 503, code 4. An Origin that is not listed: 403,
 * code 4.
 * <li>A request without Origin does not come from a browser and is let in.
 * <li>A request of a session with another Authorization header than the opening one is refused; one without is not.
 * <li>A poll that comes while a WebSocket is taking over waits up to 100 ms for that, then ends with a noop; after the
 * change it is refused. An upgrade may take as long as a ping and its timeout, 10 s at most.
 * <li>A client's close packet leaves a noop for the poll that may have crossed it, for 2 s.
 * <li>Close codes: 1000 closed on purpose, or ping timeout; 1002 protocol error, or not a packet; 1007 not UTF-8; 1009
 * too big; 1011 the application failed; 1013 no memory for the message now. At shutdown, and for a peer that is too
 * slow, the connection ends without one: the official Java client silently stops reading at a close frame, and
 * reconnects only after its ping timeout.
 * </ul>
 * <h2>Worked around in Helidon 4.1.2</h2>
 * <ul>
 * <li>WebSocket frames: text that is not UTF-8 is silently replaced and broken across fragments, fragments are neither
 * checked for order nor limited in sum, reserved opcodes and masks end in internal errors, pings go unanswered, sending
 * is not thread-safe and takes a system call per frame, a WebSocket holds a permit of {@code max-concurrent-requests}
 * for life, and idle ones are closed. So requests of our path get a connection of our own, which reads and writes
 * frames itself; those of other paths are left to Helidon.
 * <li>A bad {@code Sec-WebSocket-Key} is an internal error: the handshake is checked first.
 * <li>A handler that answers {@code Connection: close} is not obeyed, exceptions out of handlers are swallowed by the
 * metrics filter, and the rest of a refused body is read to its end or taken for the next request: our connection
 * selector gives handlers a way to end their connection.
 * <li>An exception out of a handler is logged with the query: none leaves ours.
 * <li>A chunk of a chunked body is buffered whole before a handler sees it: {@code attach} lowers
 * {@code max-payload-size} of the web server to ours. The stream of a body must not be closed early, or it reads on.
 * <li>Reading a body, or writing an answer, has no time limit: a session that ends interrupts both.
 * </ul>
 * <h2>Limits of Helidon that remain</h2>
 * <ul>
 * <li>A waiting poll holds a permit of {@code max-concurrent-requests}.
 * <li>A connection costs a read buffer of 8 KB, used or not.
 * <li>The end of a connection is not noticed while a poll waits on it: the packets in its answer may be lost. They are
 * not proved then, and the session ends by ping timeout. (An answer that fails to be written ends it at once.)
 * <li>A POST whose Content-Length is above the limit is answered by Helidon, with 413 in plain text and without the
 * session being told; the stock client closes it. A refused request with a large body may see its connection reset
 * before it sees the answer.
 * <li>h2c upgrades are not offered on this listener.
 * <li>Helidon's own logging of requests, below INFO, includes queries and headers: leave it off.
 * </ul>
 */
@NullMarked
package ulens.gateway.engineio;

import org.jspecify.annotations.NullMarked;
