package ulens.gateway.rabbitmq.incoming;

import org.jspecify.annotations.Nullable;

/**
 * The intent of an {@link IncomingChannel}, and the AMQP channel that it uses. Immutable: each event makes the next
 * state. Each AMQP channel is a generation: the loss of an older generation than the present one changes nothing.
 *
 * @param subscription
 *            gets the messages; null before there is a subscriber, then never changed
 * @param intent
 *            the intent
 * @param channel
 *            the latest generation, perhaps lost already; null before the first one
 * @param lostBecause
 *            a description of why the latest generation is gone; meaningless while it is there
 */
record ConsumerState(@Nullable BufferedSubscription<RabbitMqMessage> subscription, Intent intent,
        @Nullable ConsumingChannel channel, String lostBecause) {

    static final ConsumerState NEW = new ConsumerState(null, Intent.CONSUME, null, "not consuming yet");

    /** The intents. */
    enum Intent {
        /** To consume, on a new channel whenever the last one is lost. */
        CONSUME,
        /** To leave all messages with the broker until further notice. */
        PAUSE,
        /** To consume no more. This is final. */
        CANCEL
    }

    /** Whether it is to be attached to a new channel. */
    boolean needsChannel() {
        return intent == Intent.CONSUME && (channel == null || !channel.live());
    }

    /** Only the first subscriber counts. */
    ConsumerState subscribed(BufferedSubscription<RabbitMqMessage> first) {
        return subscription == null ? new ConsumerState(first, intent, channel, lostBecause) : this;
    }

    ConsumerState attached(ConsumingChannel next) {
        return new ConsumerState(subscription, intent, next, lostBecause);
    }

    ConsumerState lost(ConsumingChannel which, String reason) {
        return which == channel ? new ConsumerState(subscription, intent, channel, reason) : this;
    }

    ConsumerState paused() {
        return with(Intent.PAUSE);
    }

    ConsumerState resumed() {
        return with(Intent.CONSUME);
    }

    ConsumerState cancelled() {
        return with(Intent.CANCEL);
    }

    private ConsumerState with(Intent next) {
        return intent == Intent.CANCEL ? this : new ConsumerState(subscription, next, channel, lostBecause);
    }
}
