/**
 * The frames of RFC 6455 as a server sees them, on any connection of Helidon's: the opening handshake, a reader, and a
 * writer that any thread may call. Does not interpret the messages.
 * <h2>An echo</h2>
 * <p>
 * On the thread that serves the connection, where {@code headers} are those of a GET request and {@code connection} is
 * its {@code io.helidon.webserver.ConnectionContext}:
 *
 * <pre>{@code
 * OpeningHandshake handshake = OpeningHandshake.of(headers).orElseThrow();
 * connection.dataWriter().writeNow(BufferData.create(handshake.answer()));
 *
 * Queue<byte[]> echoes = new ConcurrentLinkedQueue<>();
 * FrameWriter<byte[]> writer = new FrameWriter<>(connection.dataWriter(), new FrameEncoder<>() {
 *     public int size(byte[] text) {
 *         return FrameFormat.size(text.length);
 *     }
 *
 *     public int put(byte[] text, byte[] out, int start) {
 *         int at = FrameFormat.putHeader(FrameFormat.TEXT, text.length, out, start);
 *         System.arraycopy(text, 0, out, at, text.length);
 *         return at + text.length;
 *     }
 * }, limit -> Stream.ofNullable(echoes.poll()).toList(), () -> connection.serverSocket().close());
 *
 * FrameReader reader = new FrameReader(connection.dataReader(), Allowance.upTo(1_000_000));
 * try {
 *     while (true) {
 *         switch (reader.next()) {
 *             case Frame.Text text -> {
 *                 StrictUtf8.decode(text.utf8(), 0, text.utf8().length);
 *                 echoes.add(text.utf8());
 *                 writer.wake();
 *             }
 *             case Frame.Binary _ -> writer.close(CloseCode.PROTOCOL_ERROR);
 *             case Frame.Ping ping -> writer.pong(ping.body());
 *             case Frame.Pong _ -> {
 *             }
 *             case Frame.Close close -> {
 *                 writer.close(close.code());
 *                 writer.awaitEnd(Duration.ofSeconds(2));
 *                 return;
 *             }
 *         }
 *         reader.release();
 *     }
 * } catch (CharacterCodingException e) {
 *     writer.close(CloseCode.INVALID_DATA);
 * } catch (WebSocketException e) {
 *     writer.close(e.code());
 * } finally {
 *     reader.abandon();
 * }
 * }</pre>
 *
 * <h2>Responsibilities of this package and of its user</h2>
 * <ul>
 * <li>{@link ulens.gateway.websocket.FrameReader} checks frames, joins fragments, and takes memory from an
 * {@link ulens.gateway.websocket.Allowance} as bytes arrive. Whether a text is valid UTF-8 is not checked there but
 * where it is decoded anyway, by {@link ulens.gateway.websocket.StrictUtf8}.
 * <li>{@link ulens.gateway.websocket.FrameWriter} takes messages from a queue that its user provides and must bound. It
 * writes all that it finds with one system call.
 * <li>The user answers pings and close frames, and ends the connection: after its own close frame it should read until
 * the peer's has come, for a limited time: closing a socket with unread input resets the connection, and the reset may
 * overtake the close frame.
 * <li>No extension is accepted: permessage-deflate would cost a window of 32 KB or more per connection, and the size of
 * a compressed message is not known until it is inflated.
 * <li>Messages are never written in fragments; incoming ones may be fragmented.
 * </ul>
 * <p>
 * Helidon 4.1.2 has WebSockets of its own ({@code helidon-webserver-websocket}). They silently replace text that is not
 * UTF-8, do not check the order of fragments or limit their sum, answer no pings, and write one frame with each system
 * call, by one thread at a time.
 */
@NullMarked
package ulens.gateway.websocket;

import org.jspecify.annotations.NullMarked;
