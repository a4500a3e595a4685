/**
 * What the dev mode embeds, so that a newcomer needs only a JDK. It is a source root of its own, with libraries of its
 * own: started by {@link ulens.gateway.dev.DevMain}, used by tests, and no part of the jar that production runs, which
 * knows nothing of it. Nothing here is used when {@code DATABASE_URL} and {@code RMQ_URL} are set.
 * <h2>{@link ulens.gateway.dev.EmbeddedDatabase}: a real PostgreSQL</h2> The server program itself, as a process of its
 * own, with its data in {@code postgres-<major version>} of the given folder. Different from an installed one:
 * <ul>
 * <li>it listens on 127.0.0.1 only, on a port that changes with each start, and asks the user {@code gateway} for no
 * password. That user owns the database {@code gateway} and may look at all statistics, but is no superuser; nobody can
 * connect as superuser
 * <li>locale C, time zone UTC, otherwise PostgreSQL's defaults; {@code fsync} and {@code synchronous_commit} are on
 * <li>it ends with the gateway. When the gateway was killed, a watchdog process stops it (not on Windows), and if that
 * is gone too, the next start does
 * <li>one gateway per folder; a second one is refused
 * <li>for root it runs without root's rights: in a user namespace, or where that is forbidden as user 65534
 * ({@code setpriv}), for whom all folders above the data must be open
 * <li>data of another major version are not taken over
 * </ul>
 * The programs are chosen at build time by Maven profiles: Linux and macOS on Intel and ARM, Windows on Intel. Alpine's
 * musl needs {@code -Dembedded-postgres.platform=linux-amd64-alpine}.
 * <h2>{@link ulens.gateway.dev.EmbeddedBroker}: an AMQP 0-9-1 broker</h2> Apache Qpid Broker-J inside this process,
 * user and password {@code guest}, on 127.0.0.1. Different from RabbitMQ:
 * <ul>
 * <li>queues and messages live in memory only, also durable ones, and are gone when it is closed. They lie in direct
 * memory: a backlog is bounded by {@code -XX:MaxDirectMemorySize} (by default the size of the heap)
 * <li>no dead-letter exchanges: a rejected message is discarded, so dead letters must be published. On a queue with
 * {@code x-message-ttl} and a dead-letter exchange, messages stay instead of coming back; with {@code x-message-ttl}
 * alone they expire, up to a second late. Other {@code x-} arguments, of queues and exchanges, are ignored (see
 * {@link ulens.gateway.dev.EmbeddedBroker#queueArguments}); declaring an existing queue with other arguments is not
 * refused
 * <li>no quorum queues or streams, one virtual host, no management port, no plugins
 * <li>{@code basic.nack} with {@code multiple} is broken
 * <li>an unroutable mandatory message is nacked, then returned (RabbitMQ: returned, then acked)
 * <li>exclusive auto-delete queues outlive their connection
 * <li>consumers get no {@code basic.cancel} when their queue is deleted
 * <li>most errors of declarations close the whole connection, not only the channel
 * </ul>
 */
@NullMarked
package ulens.gateway.dev;

import org.jspecify.annotations.NullMarked;
