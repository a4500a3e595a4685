package ulens.gateway.rabbitmq.incoming;

import org.eclipse.microprofile.reactive.messaging.Message;
import ulens.gateway.rabbitmq.Probe;
import ulens.gateway.rabbitmq.connection.ChannelHost;
import ulens.gateway.rabbitmq.connection.RecoveringChannel;
import ulens.gateway.rabbitmq.incoming.FakeQueue.FakeChannel;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import static org.assertj.core.api.Assertions.assertThat;

/** One consumer with its queue, its subscriber, and a model of what must be true of them. */
final class ModelConsumer {
    static final String QUEUE = "queue-of-the-model";

    private static final int PREFETCH = 3;
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final SplittableRandom random;
    private final LongSupplier ends;
    private final long endsBefore;
    private final FakeQueue queue = new FakeQueue();
    private final List<String> steps = new ArrayList<>();
    private final AtomicInteger losses = new AtomicInteger();
    private final Picky subscriber = new Picky();
    private final Host host = new Host();
    private final IncomingChannel channel = new IncomingChannel("model", QUEUE, PREFETCH, host);
    /** Which tags of the latest channel are settled by nobody yet, and which of them are deferred. */
    private final TreeSet<Long> open = new TreeSet<>();
    private final TreeMap<Long, DeferredMessage> deferred = new TreeMap<>();
    private final List<DeferredMessage> oldDeferred = new ArrayList<>();
    private FakeChannel modelled;
    private int published;
    private int acked;
    private long requested;
    private boolean subscribed;
    private boolean beginning;
    private boolean paused;
    private volatile boolean cancelled;
    private boolean told;

    /**
     * A consumer that is not subscribed to.
     *
     * @param random
     *            decides what happens
     * @param ends
     *            how many consumers have been cancelled so far, to the end of it
     */
    ModelConsumer(SplittableRandom random, LongSupplier ends) {
        this.random = random;
        this.ends = ends;
        this.endsBefore = ends.getAsLong();
        queue.beforeAnswer = this::meanwhile;
    }

    List<String> steps() {
        return steps;
    }

    int acked() {
        return acked;
    }

    int losses() {
        return losses.get();
    }

    boolean cancelled() {
        return cancelled;
    }

    private final class Host implements ChannelHost {
        private boolean added;

        @Override
        public void add(RecoveringChannel given) {
            added = true;
        }

        @Override
        public void attachAgain() {
            // the schedule attaches whatever is detached
        }
    }

    /** Checks each message that it is handed, and sometimes throws. */
    private final class Picky extends Probe {
        private volatile boolean throwing;
        private volatile String wrong;

        Picky() {
            super(0);
        }

        @Override
        public void onNext(Message<byte[]> message) {
            if (paused || cancelled || !((RabbitMqMessage) message).live()) {
                wrong = "handed on while paused " + paused + ", cancelled " + cancelled;
            }
            super.onNext(message);
            if (throwing) {
                cancelled = true;
                throw new IllegalStateException("made up");
            }
        }
    }

    void step() throws Exception {
        switch (random.nextInt(18)) {
            case 0 -> subscribe();
            case 1, 2 -> publish();
            case 3, 4, 5 -> attach();
            case 6, 7, 8 -> arrive();
            case 9, 10 -> request(1 + random.nextInt(3));
            case 11, 12 -> settleOne();
            case 13 -> settleDeferred();
            case 14 -> settleOld();
            case 15 -> throwOrCancel();
            default -> disturb();
        }
        check();
    }

    private void subscribe() {
        if (!subscribed) {
            steps.add("subscribe");
            subscribed = true;
            channel.subscribe(subscriber);
            told |= cancelled;
        }
    }

    private void publish() {
        queue.ready.add(++published);
    }

    private void attach() throws IOException {
        if (!host.added || !channel.detached()) {
            return;
        }
        steps.add("attach");
        beginning = true;
        try {
            channel.attach(queue.connection, losses::incrementAndGet);
        } catch (IOException lost) {
            assertThat(queue.latest().open).as("open after " + lost).isFalse();
        } finally {
            beginning = false;
        }
    }

    private void arrive() throws IOException {
        if (queue.channels.isEmpty()) {
            return;
        }
        FakeChannel from = queue.channels.get(random.nextInt(queue.channels.size()));
        from.send();
        if (!from.underWay.isEmpty()) {
            steps.add("arrive");
            long tag = from.underWay.peekFirst();
            forget();
            // What comes after the end goes back at once, and what comes on a lost channel is nobody's.
            if (from.whole() && !cancelled) {
                open.add(tag);
            }
            from.arrive();
        }
    }

    private void request(int count) {
        if (subscriber.subscription != null) {
            steps.add("request " + count);
            requested += count;
            subscriber.subscription.request(count);
        }
    }

    private void settleOne() {
        if (subscriber.messages.isEmpty()) {
            return;
        }
        RabbitMqMessage message = subscriber.messages.get(random.nextInt(subscriber.messages.size()));
        forget();
        long tag = message.deliveryTag();
        boolean counts = message.live() && open.contains(tag);
        int kind = random.nextInt(4);
        steps.add("settle " + tag + " as " + kind + (counts ? "" : ", in vain"));
        switch (kind) {
            case 0 -> {
                message.ack();
                acked += counts && open.remove(tag) ? 1 : 0;
            }
            case 1 -> {
                message.ackThrough();
                if (message.live()) {
                    acked += open.headSet(tag, true).size();
                    open.headSet(tag, true).clear();
                }
            }
            case 2 -> {
                message.nack(new IllegalStateException("made up"));
                open.remove(counts ? tag : 0L);
            }
            default -> {
                DeferredMessage later = message.defer();
                if (counts) {
                    open.remove(tag);
                    deferred.put(tag, later);
                }
            }
        }
    }

    private void settleDeferred() {
        forget();
        if (deferred.isEmpty()) {
            return;
        }
        Map.Entry<Long, DeferredMessage> first = deferred.pollFirstEntry();
        if (random.nextBoolean()) {
            steps.add("ack deferred " + first.getKey());
            first.getValue().ack();
            acked++;
        } else {
            steps.add("requeue deferred " + first.getKey());
            first.getValue().requeue();
        }
        oldDeferred.add(first.getValue());
    }

    /** Each of an earlier channel, and each that is settled already: nothing must come of it. */
    private void settleOld() {
        forget();
        oldDeferred.forEach(DeferredMessage::ack);
        oldDeferred.forEach(DeferredMessage::requeue);
        subscriber.messages.stream().filter(message -> !message.live()).forEach(message -> {
            message.ackThrough();
            message.ack();
            message.requeue();
        });
    }

    private void throwOrCancel() {
        if (subscriber.subscription == null || random.nextInt(8) != 0) {
            return;
        }
        if (random.nextBoolean()) {
            subscriber.throwing = true;
        } else {
            steps.add("subscriber cancels");
            cancelled = true;
            subscriber.subscription.cancel();
        }
    }

    /** What others do to it at any time, also while it speaks to the broker. */
    private void disturb() throws IOException {
        switch (random.nextInt(8)) {
            case 0 -> {
                steps.add("pause");
                channel.pause();
                paused = true;
            }
            case 1, 2, 3 -> {
                steps.add("resume");
                paused = false;
                channel.resume();
            }
            case 4, 5 -> lose();
            case 6 -> {
                if (queue.consumed()) {
                    steps.add("broker cancels");
                    queue.latest().cancel();
                }
            }
            default -> {
                if (random.nextInt(6) == 0) {
                    steps.add("cancel");
                    boolean first = !cancelled;
                    channel.cancel();
                    cancelled = true;
                    told |= first && subscribed;
                }
            }
        }
    }

    private void lose() {
        if (!queue.channels.isEmpty()) {
            steps.add("lose");
            queue.latest().lose();
        }
    }

    /** On another thread: if the channel held its lock now, this would never end. */
    private void meanwhile() {
        if (beginning && random.nextInt(4) == 0) {
            beginning = false;
            steps.add("meanwhile");
            List<Throwable> thrown = new ArrayList<>();
            Thread other = Thread.ofVirtual().start(() -> {
                try {
                    disturb();
                } catch (Throwable failure) {
                    thrown.add(failure);
                }
            });
            try {
                assertThat(other.join(LONGEST)).as("the lock is free while the broker is spoken to").isTrue();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            assertThat(thrown).isEmpty();
            beginning = true;
        }
    }

    /** A new channel, or the end of the latest one, makes all its tags void. */
    private void forget() {
        FakeChannel latest = queue.channels.isEmpty() ? null : queue.latest();
        if (latest != modelled || latest != null && !latest.whole()) {
            modelled = latest;
            open.clear();
            oldDeferred.addAll(deferred.values());
            deferred.clear();
        }
    }

    /** What a request has set going ends by itself, so some of this becomes true only after a moment. */
    private void check() {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        String wrong = wrong();
        while (wrong != null && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
            wrong = wrong();
        }
        assertThat(wrong).isNull();
        assertThat(queue.violations).isEmpty();
        assertThat(subscriber.wrong).isNull();
    }

    private String wrong() {
        if (ends.getAsLong() - endsBefore != (cancelled ? 1 : 0)) {
            // A subscriber that cancels or throws ends it on a thread of its own, and nothing is looked at before that.
            return "cancelled " + cancelled + ", but that has not come to its end";
        }
        forget();
        if (cancelled) {
            // What waited has gone back.
            open.retainAll(handed());
        }
        if (subscriber.complete != told) {
            return "complete " + subscriber.complete + ", expected " + told;
        }
        if (cancelled && (channel.waiting() > 0 || queue.consumed())) {
            return "cancelled, but " + channel.waiting() + " wait, consumed " + queue.consumed();
        }
        if (paused && modelled != null && modelled.open && (queue.consumed() || !modelled.unsettled.isEmpty())) {
            return "paused, but it holds " + modelled.unsettled + ", consumed " + queue.consumed();
        }
        if (modelled != null && modelled.whole()) {
            TreeSet<Long> expected = new TreeSet<>(open);
            expected.addAll(deferred.keySet());
            expected.addAll(modelled.underWay);
            if (!expected.equals(modelled.unsettled.keySet())) {
                return "unsettled " + modelled.unsettled.keySet() + ", expected " + expected;
            }
        }
        boolean asked = !cancelled && requested > subscriber.messages.size();
        if (asked && (channel.waiting() > 0 || !handed().containsAll(open))) {
            return "asked for, but of " + open + " only " + handed() + " are handed on, and " + channel.waiting()
                    + " wait";
        }
        return null;
    }

    /** The tags of the latest channel that the subscriber has seen. */
    private List<Long> handed() {
        return subscriber.messages.stream().filter(RabbitMqMessage::live).map(RabbitMqMessage::deliveryTag).toList();
    }

    /** Nothing breaks any more: all that can come is taken and acked. */
    void end() throws IOException {
        queue.beforeAnswer = () -> {
        };
        subscriber.throwing = false;
        steps.add("end");
        subscribe();
        paused = false;
        channel.resume();
        for (int round = 0; round < 3 * published + 3; round++) {
            attach();
            if (!queue.channels.isEmpty()) {
                arriveAll(queue.latest());
            }
            request(PREFETCH);
            check();
            ackAll();
            check();
        }
        int left = published - acked;
        int held = queue.channels.isEmpty() ? 0 : queue.latest().unsettled.size();
        assertThat(left).as("left").isEqualTo(cancelled ? queue.ready.size() + held : 0);
        assertThat(held).as("held by nobody").isZero();
    }

    private void arriveAll(FakeChannel from) throws IOException {
        from.send();
        while (!from.underWay.isEmpty()) {
            forget();
            if (from.whole() && !cancelled) {
                open.add(from.underWay.peekFirst());
            }
            from.arrive();
        }
    }

    private void ackAll() {
        forget();
        for (RabbitMqMessage message : subscriber.messages) {
            if (message.live() && open.remove(message.deliveryTag())) {
                message.ack();
                acked++;
            }
        }
        while (!deferred.isEmpty()) {
            deferred.pollFirstEntry().getValue().ack();
            acked++;
        }
    }
}
