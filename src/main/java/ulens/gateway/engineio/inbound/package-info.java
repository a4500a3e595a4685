/**
 * The memory of input that is not handled yet, counted in bytes of heap: one
 * {@link ulens.gateway.engineio.inbound.InboundBudget} for all connections of a server, an
 * {@link ulens.gateway.engineio.inbound.InboundShare} for each of them, and the HTTP connections whose unread input is
 * counted. Knows nothing of packets and sessions.
 */
@NullMarked
package ulens.gateway.engineio.inbound;

import org.jspecify.annotations.NullMarked;
