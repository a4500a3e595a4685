/**
 * Read receipts: what the user has read. Owns {@code delivery.read_at}, keeps {@code inbox.unread} exact, and leaves
 * the event for the backend in {@code outbox}, all in one transaction.
 */
@NullMarked
package ulens.gateway.inbox;

import org.jspecify.annotations.NullMarked;
