/**
 * Access to PostgreSQL: the pool of connections, transactions, arrays and times, the wait for a database that can't be
 * used yet, and the migrations. Contains no statement on a table of ours.
 */
@NullMarked
package ulens.gateway.database;

import org.jspecify.annotations.NullMarked;
