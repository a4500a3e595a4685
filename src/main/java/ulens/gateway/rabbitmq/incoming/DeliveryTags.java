package ulens.gateway.rabbitmq.incoming;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import ulens.gateway.rabbitmq.connection.Failures;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The deliveries of one AMQP channel that are not settled. The broker closes a channel that settles an unknown tag, so
 * each tag is settled once, and after the end of the channel settling does nothing: the next channel begins to count
 * anew, and an old tag would settle another message there.
 */
final class DeliveryTags {

    private static final Logger LOGGER = System.getLogger(DeliveryTags.class.getName());

    private final Channel channel;
    private final String queue;
    private final NavigableSet<Long> unsettled = new ConcurrentSkipListSet<>();
    private final NavigableSet<Long> deferred = new ConcurrentSkipListSet<>();
    // Acks must reach the broker in the order in which the bookkeeping saw them, or a tag could be acked after an
    // ack-through that covered it; so this lock is held over the write of a frame.
    private final ReentrantLock order = new ReentrantLock();
    private final AtomicBoolean live = new AtomicBoolean(true);

    DeliveryTags(Channel channel, String queue) {
        this.channel = channel;
        this.queue = queue;
    }

    Channel channel() {
        return channel;
    }

    String queue() {
        return queue;
    }

    boolean live() {
        return live.get();
    }

    /** The channel is gone: settling does nothing from now on. Returns false if that was known already. */
    boolean end() {
        return live.getAndSet(false);
    }

    void delivered(long tag) {
        unsettled.add(tag);
    }

    void ack(long tag) {
        settle(() -> {
            if (unsettled.remove(tag)) {
                channel.basicAck(tag, false);
            }
        });
    }

    void ackThrough(long tag) {
        settle(() -> {
            NavigableSet<Long> through = unsettled.headSet(tag, true);
            NavigableSet<Long> before = deferred.isEmpty() || deferred.first() > tag ? through
                    : through.headSet(deferred.first(), true);
            if (!before.isEmpty()) {
                long last = before.last();
                before.clear();
                channel.basicAck(last, true);
            }
            // After a deferred tag each one is acked by itself: "all up to here" would ack the deferred one too.
            for (Long each = through.pollFirst(); each != null; each = through.pollFirst()) {
                channel.basicAck(each, false);
            }
        });
    }

    void requeue(long tag) {
        settle(() -> {
            if (unsettled.remove(tag)) {
                channel.basicNack(tag, false, true);
            }
        });
    }

    void defer(long tag) {
        settle(() -> {
            if (unsettled.remove(tag)) {
                deferred.add(tag);
            }
        });
    }

    void ackDeferred(long tag) {
        settle(() -> {
            if (deferred.remove(tag)) {
                channel.basicAck(tag, false);
            }
        });
    }

    void requeueDeferred(long tag) {
        settle(() -> {
            if (deferred.remove(tag)) {
                channel.basicNack(tag, false, true);
            }
        });
    }

    private void settle(Settlement settlement) {
        order.lock();
        try {
            if (live.get()) {
                settlement.write();
            }
        } catch (IOException | AlreadyClosedException e) {
            LOGGER.log(Level.DEBUG, () -> "[GATEWAY][RMQ] Lost before an ack: " + Failures.inWords(e));
        } finally {
            order.unlock();
        }
    }

    private interface Settlement {
        void write() throws IOException;
    }
}
