/**
 * The headers of messages as bytes. The client library ends its connection when it meets headers that it can't decode;
 * {@link ulens.gateway.rabbitmq.headers.ReadableFrames} sits between it and the socket and replaces such headers.
 */
@NullMarked
package ulens.gateway.rabbitmq.headers;

import org.jspecify.annotations.NullMarked;
