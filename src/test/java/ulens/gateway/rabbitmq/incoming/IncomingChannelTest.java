package ulens.gateway.rabbitmq.incoming;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ulens.gateway.rabbitmq.Probe;
import ulens.gateway.rabbitmq.connection.ChannelHost;
import ulens.gateway.rabbitmq.connection.RecoveringChannel;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each state of a consumer by itself, without a broker; all of them in turn are in {@link IncomingChannelModelTest}.
 */
class IncomingChannelTest {
    private static final int PREFETCH = 4;

    private final FakeQueue queue = new FakeQueue();
    private final AtomicInteger attachedAgain = new AtomicInteger();
    private final AtomicInteger losses = new AtomicInteger();
    private final Probe subscriber = new Probe(0);
    private final IncomingChannel channel = new IncomingChannel("orders", "queue", PREFETCH, new ChannelHost() {
        @Override
        public void add(RecoveringChannel added) {
            // the test attaches
        }

        @Override
        public void attachAgain() {
            attachedAgain.incrementAndGet();
        }
    });

    @BeforeEach
    void sixMessages() {
        queue.ready.addAll(List.of(1, 2, 3, 4, 5, 6));
    }

    @Test
    void openItHandsOnWhatIsAskedForAndKeepsTheRestOfThePrefetch() throws IOException {
        subscribe(2);
        assertThat(channel.detached()).isTrue();
        attach();
        assertThat(channel.detached()).isFalse();
        assertThat(subscriber.numbers()).containsExactly(1, 2);
        assertThat(channel.waiting()).isEqualTo(2);
        assertThat(queue.ready).containsExactly(5, 6);
    }

    @Test
    void lostItDropsWhatWaitsAndTheMessagesComeAgainOnTheNextChannel() throws IOException {
        subscribe(2);
        attach();
        queue.latest().lose();
        assertThat(losses).hasValue(1);
        assertThat(channel.detached()).isTrue();
        assertThat(channel.waiting()).isZero();
        assertThat(channel.lostBecause()).contains("\"queue\"");
        subscriber.subscription.request(1);
        attach();
        assertThat(subscriber.numbers()).containsExactly(1, 2, 1);
        assertThat(subscriber.messages).extracting(RabbitMqMessage::live).containsExactly(false, false, true);
    }

    @Test
    void settlingAMessageOfAnOlderChannelDoesNothing() throws IOException {
        subscribe(2);
        attach();
        RabbitMqMessage old = subscriber.messages.getLast();
        DeferredMessage deferred = subscriber.messages.getFirst().defer();
        queue.latest().lose();
        attach();
        old.ack();
        old.ackThrough();
        old.requeue();
        deferred.ack();
        deferred.requeue();
        assertThat(queue.latest().unsettled).containsValues(1, 2, 3, 4);
        assertThat(queue.violations).isEmpty();
    }

    @Test
    void aConsumerThatTheBrokerCancelsIsReplacedAndItsChannelClosed() throws IOException {
        subscribe(0);
        attach();
        queue.latest().cancel();
        assertThat(channel.detached()).isTrue();
        assertThat(channel.lostBecause()).contains("cancelled");
        attach();
        assertThat(queue.channels).extracting(each -> each.open).containsExactly(false, true);
        assertThat(channel.waiting()).isEqualTo(PREFETCH);
    }

    @Test
    void pausedItGivesEverythingBackAndIsNotAttachedUntilItIsResumed() throws IOException {
        subscribe(2);
        attach();
        channel.pause();
        assertThat(queue.ready).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(channel.detached()).isFalse();
        assertThat(subscriber.messages).noneMatch(RabbitMqMessage::live);
        channel.resume();
        assertThat(attachedAgain).hasValue(1);
        assertThat(channel.detached()).isTrue();
    }

    @Test
    void cancelledItGivesBackWhatNobodySawAndTheRestCanBeSettled() throws IOException {
        subscribe(2);
        attach();
        channel.cancel();
        Awaitility.await().atMost(Duration.ofSeconds(25)).until(() -> subscriber.complete);
        assertThat(queue.consumed()).isFalse();
        assertThat(queue.ready).containsExactlyInAnyOrder(3, 4, 5, 6);
        subscriber.messages.getLast().ackThrough();
        assertThat(queue.latest().unsettled).isEmpty();
        channel.resume();
        assertThat(channel.detached()).isFalse();
        assertThat(queue.violations).isEmpty();
    }

    @Test
    void pausedAfterItWasCancelledItGivesBackTheRestToo() throws IOException {
        subscribe(2);
        attach();
        channel.cancel();
        channel.pause();
        assertThat(queue.ready).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6);
        channel.resume();
        assertThat(channel.detached()).isFalse();
    }

    @Test
    void stoppedItIsCancelled() throws IOException {
        subscribe(2);
        attach();
        channel.beforeClose();
        queue.latest().lose();
        assertThat(channel.detached()).isFalse();
        assertThat(queue.ready).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6);
    }

    @Test
    void aPauseWhileTheConsumerBeginsIsNotAFailure() throws IOException {
        subscribe(2);
        queue.beforeAnswer = channel::pause;
        attach();
        assertThat(queue.consumed()).isFalse();
        assertThat(channel.detached()).isFalse();
        assertThat(subscriber.messages).isEmpty();
    }

    @Test
    void pausedBeforeItHasAChannelItDoesNotBeginToConsume() throws IOException {
        subscribe(2);
        AtomicInteger requests = new AtomicInteger();
        queue.beforeAnswer = () -> {
            if (requests.incrementAndGet() == 1) {
                channel.pause();
            } else {
                channel.resume();
            }
        };
        attach();
        assertThat(requests).as("requests to the broker").hasValue(1);
        assertThat(queue.consumed()).isFalse();
        channel.resume();
        assertThat(channel.detached()).isTrue();
        attach();
        assertThat(subscriber.numbers()).containsExactly(1, 2);
    }

    @Test
    void aCancelWhileTheConsumerBeginsEndsItAsSoonAsItHasBegun() throws IOException {
        subscribe(2);
        queue.beforeAnswer = channel::cancel;
        attach();
        assertThat(queue.consumed()).isFalse();
        assertThat(subscriber.messages).isEmpty();
        assertThat(queue.ready).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6);
    }

    private void subscribe(long demand) {
        channel.subscribe(subscriber);
        if (demand > 0) {
            subscriber.subscription.request(demand);
        }
    }

    /** As a connection does it, and all that comes arrives. */
    private void attach() throws IOException {
        channel.attach(queue.connection, losses::incrementAndGet);
        queue.latest().send();
        while (!queue.latest().underWay.isEmpty()) {
            queue.latest().arrive();
        }
    }
}
