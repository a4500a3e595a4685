/**
 * Read receipts: what the user has read. Rows become read, the unread count stays exact, and the event for the backend
 * goes into the outbox, all in one transaction.
 */
@NullMarked
package ulens.gateway.inbox;

import org.jspecify.annotations.NullMarked;
