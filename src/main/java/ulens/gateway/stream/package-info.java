/**
 * From the database to the sockets: rooms, cursors, catch-up and confirmation. Owns the tables {@code inbox} and
 * {@code delivery} (but for {@code read_at}, which package {@code inbox} sets).
 */
@NullMarked
package ulens.gateway.stream;

import org.jspecify.annotations.NullMarked;
