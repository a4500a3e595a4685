/**
 * Connection state recovery that survives the node: the decision about who resumes
 * ({@link ulens.gateway.recovery.Recovery}), the offset that a client keeps and sends back
 * ({@link ulens.gateway.recovery.Offset}), and the stored sessions, in tables {@code client_session} and {@code node}.
 * Knows nothing of Socket.IO: a connection is a {@link ulens.gateway.recovery.ClientConnection}.
 */
@NullMarked
package ulens.gateway.recovery;

import org.jspecify.annotations.NullMarked;
