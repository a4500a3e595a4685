/**
 * Protects Helidon's HTTP/1.1: decides which connections are let in, how long they may take, and in which form a
 * request is handed on. A library that knows nothing of the application behind it; each listener has one
 * {@link FrontDoor}.
 *
 * <pre>{@code
 * FrontDoor door = new FrontDoor("public", HttpLimits.defaults(), Descriptors.without(Descriptors.open() + 50));
 * door.attach(server, Http1ConnectionSelector.builder().config(FrontDoor.http1(Http1Config.create())).build());
 * }</pre>
 *
 * <h2>How it works</h2>
 * <p>
 * Helidon asks the door for a connection as soon as it is accepted. The door counts it, and gives Helidon a reader that
 * hands over complete, checked heads and then the bytes of the body, each read under a deadline. One thread per door
 * checks all connections that speak HTTP and closes the sockets of those that are late; the waiting read fails, which
 * ends the connection as if its peer had gone. A connection that became a WebSocket is left to the WebSocket code.
 * <h2>Defects of Helidon 4.1.2 that this package works around</h2>
 * <ul>
 * <li>At its limit of connections it stops accepting, so that silent connections keep all others out; it accepts the
 * next connection before the descriptor of the last one is free. A failure to accept ends the listener for good
 * ({@link ListenerWatch}).
 * <li>Nothing limits the time for a first byte, a head, a body or the writing of an answer.
 * <li>HTTP/1.0 gets no answer. Here it is served, one request for each connection, as HTTP/1.1 that closes.
 * <li>A request line over 4 KB, HTTP/2 and other protocols are closed without an answer; here they get one.
 * <li>{@code Connection}, {@code Upgrade} and {@code Transfer-Encoding} are compared as whole texts. They are put into
 * the form that it understands.
 * <li>A Content-Length of -1 is taken for chunks, and one beside chunks is ignored: refused here, since a proxy in
 * front may read it otherwise.
 * <li>{@code Connection: close} of a request is answered but not obeyed.
 * <li>Its handler of the PROXY protocol leaks the connection's descriptor and its place at each invalid header, so it
 * must not be switched on.
 * </ul>
 */
@NullMarked
package ulens.gateway.http;

import org.jspecify.annotations.NullMarked;
