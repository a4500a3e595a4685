package ulens.gateway.rabbitmq.outgoing;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import org.jspecify.annotations.Nullable;
import ulens.gateway.rabbitmq.connection.Failures;
import ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Publishing with confirms over one AMQP channel, from its opening to its end. The thread that removes a publication
 * from {@link #unconfirmed} decides its outcome, so there is exactly one. Outcomes are completed on virtual threads:
 * the client calls back on the thread that reads the socket, which must never wait.
 */
final class PublishingChannel {

    private final ConcurrentNavigableMap<Long, Unconfirmed> unconfirmed = new ConcurrentSkipListMap<>();
    // Sequence number and frames belong together, so this lock is held over the write.
    private final ReentrantLock order = new ReentrantLock();
    private final Channel channel;
    private final Consumer<String> onEnd;
    private volatile boolean live = true;
    /** Guarded by the order lock. */
    private boolean finishing;

    /**
     * Creates a publisher that is not started yet.
     *
     * @param channel
     *            an AMQP channel for this publisher alone
     * @param onEnd
     *            called with the reason when the channel is gone
     */
    PublishingChannel(Channel channel, Consumer<String> onEnd) {
        this.channel = channel;
        this.onEnd = onEnd;
    }

    /** Puts the channel into confirm mode and listens to the broker's confirms and returns. */
    PublishingChannel start() throws IOException {
        channel.confirmSelect();
        channel.addReturnListener(this::returned);
        channel.addConfirmListener((number, multiple) -> taken(number, multiple).forEach(Unconfirmed::succeed),
                (number, multiple) -> taken(number, multiple).forEach(
                        one -> one.fail(Reason.NACKED, "the broker did not accept the message (is the queue full?)")));
        channel.addShutdownListener(this::ended);
        return this;
    }

    boolean live() {
        return live;
    }

    void publish(Publication publication, CompletableFuture<Void> outcome) {
        Unconfirmed one = new Unconfirmed(identified(publication), outcome);
        String unfit = unfit(one.publication());
        if (unfit != null) {
            one.fail(Reason.UNFIT, "not sent: " + unfit);
            return;
        }
        order.lock();
        try {
            if (finishing) {
                one.fail(Reason.NOT_SENT, "not sent: the connector is stopped");
                return;
            }
            long number = channel.getNextPublishSeqNo();
            unconfirmed.put(number, one);
            write(number, one.publication());
        } finally {
            order.unlock();
        }
    }

    /** Checked before a sequence number is used: the client would fail after that, and the channel would be lost. */
    private @Nullable String unfit(Publication publication) {
        int most = channel.getConnection().getFrameMax();
        try {
            int size = publication.properties().toFrame(channel.getChannelNumber(), publication.body().length).size();
            return most > 0 && size > most ? "its properties take " + size + " bytes, more than a frame of " + most
                    : null;
        } catch (IOException | RuntimeException e) {
            return "its properties can't be encoded: " + Failures.inWords(e);
        }
    }

    private void write(long number, Publication publication) {
        try {
            channel.basicPublish(publication.exchange(), publication.routingKey(), publication.mandatory(),
                    publication.properties(), publication.body());
        } catch (AlreadyClosedException e) {
            failOne(number, Reason.NOT_SENT, "not sent: " + Failures.inWords(e));
        } catch (IOException | ShutdownSignalException e) {
            failOne(number, Reason.CONNECTION_LOST, "lost while sending, outcome unknown: " + Failures.inWords(e));
        } catch (RuntimeException e) {
            // The client could not encode it (for example a header of an unknown type). It may or may not have used the
            // sequence number, so the channel's count cannot be trusted any more.
            failOne(number, Reason.NOT_SENT, "not sent: " + Failures.inWords(e));
            close();
        }
    }

    /** Sends nothing more, and waits until nothing is unconfirmed, at most as long as given. */
    void finish(Duration limit) {
        // What is sent after the look at what is unconfirmed would be lost without an answer.
        order.lock();
        try {
            finishing = true;
        } finally {
            order.unlock();
        }
        CompletableFuture<?>[] open = unconfirmed.values().stream().map(Unconfirmed::outcome)
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(open).get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException _) {
            // each outcome reports its own failure
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    void close() {
        Failures.closeQuietly(channel);
    }

    /** A return has no sequence number, so a mandatory publication needs an id to be found. */
    private static Publication identified(Publication publication) {
        AMQP.BasicProperties properties = publication.properties();
        return publication.mandatory() && properties.getMessageId() == null
                ? publication.withMessageId(UUID.randomUUID().toString())
                : publication;
    }

    private void returned(Return message) {
        // RabbitMQ returns before it confirms, in the order of publishing, so the oldest match is the right one.
        for (Map.Entry<Long, Unconfirmed> entry : unconfirmed.entrySet()) {
            if (entry.getValue().matches(message)) {
                failOne(entry.getKey(), Reason.UNROUTABLE, "no queue for exchange \"" + message.getExchange()
                        + "\", routing key \"" + message.getRoutingKey() + "\"");
                return;
            }
        }
    }

    private void ended(ShutdownSignalException signal) {
        live = false;
        String reason = Failures.inWords(signal);
        taken(Long.MAX_VALUE, true).forEach(
                one -> one.fail(Reason.CONNECTION_LOST, "lost before the confirm, outcome unknown: " + reason));
        onEnd.accept(reason);
    }

    private List<Unconfirmed> taken(long number, boolean multiple) {
        List<Unconfirmed> taken = new ArrayList<>();
        if (!multiple) {
            addIfPresent(taken, unconfirmed.remove(number));
            return taken;
        }
        for (Long each : unconfirmed.headMap(number, true).keySet()) {
            addIfPresent(taken, unconfirmed.remove(each));
        }
        return taken;
    }

    private static void addIfPresent(List<Unconfirmed> taken, Unconfirmed one) {
        if (one != null) {
            taken.add(one);
        }
    }

    private void failOne(long number, Reason reason, String message) {
        Unconfirmed one = unconfirmed.remove(number);
        if (one != null) {
            one.fail(reason, message);
        }
    }

    private record Unconfirmed(Publication publication, CompletableFuture<Void> outcome) {

        boolean matches(Return message) {
            return publication.mandatory() && publication.exchange().equals(message.getExchange())
                    && publication.routingKey().equals(message.getRoutingKey())
                    && Objects.equals(publication.properties().getMessageId(), message.getProperties().getMessageId());
        }

        void succeed() {
            Confirms.succeed(outcome);
        }

        void fail(Reason reason, String message) {
            Confirms.fail(outcome, reason, message);
        }
    }
}
