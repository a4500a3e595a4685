package ulens.gateway.intake;

import ulens.gateway.config.IntakeConfig;
import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;
import ulens.gateway.rabbitmq.incoming.IncomingMessage;
import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.concurrent.Flow;

/**
 * Takes messages from the broker as they come, but never more than two batches, so that the broker keeps the rest.
 * {@link BatchProcessor} stores them.
 */
public final class Intake implements Flow.Subscriber<IncomingMessage>, Measured, AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Intake.class.getName());

    private final Batcher<IncomingMessage> batcher;
    private final Republisher republisher;
    private final BatchProcessor processor;
    private final Loop loop;
    private final Loop republishing;

    /**
     * Creates an intake, which starts with its subscription.
     *
     * @param settings
     *            sizes and times
     * @param ports
     *            the parts around it
     */
    public Intake(IntakeConfig settings, IntakePorts ports) {
        Task task = Task.of(LOGGER, "[GATEWAY][RMQ]", "intake");
        this.batcher = new Batcher<>(settings.batchSize(), settings.linger(), message -> message.getPayload().length,
                IntakeClock.SYSTEM);
        this.republisher = new Republisher(ports.broker(), settings.mostWaiting(), settings.hold());
        this.processor = new BatchProcessor(settings, ports, batcher, republisher, task, IntakeClock.SYSTEM);
        this.loop = Loop.virtual(task, processor::step);
        this.republishing = Loop.virtual(republisher.task(), republisher::step);
    }

    /** {@return the counters since the start} */
    public IntakeCounts counts() {
        return processor.counts();
    }

    /** {@return whether the last attempt to store succeeded} */
    public boolean storing() {
        return processor.storing();
    }

    @Override
    public void register(Meters meters) {
        processor.register(meters);
        meters.gauge("intake_in_hand", "Messages taken from RabbitMQ and not settled yet", batcher::unsettled).gauge(
                "dead_letters_waiting", "Dead letters and retries that RabbitMQ has not confirmed",
                republisher::waiting);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        republishing.start();
        batcher.subscribed(subscription);
        loop.start();
    }

    @Override
    public void onNext(IncomingMessage message) {
        try {
            batcher.add(message);
        } catch (Throwable noMemory) {
            // a subscriber that throws is removed from the stream for good, and a later ack would cover this message as
            // well
            batcher.lost();
            loop.task().failed(noMemory);
        }
    }

    @Override
    public void onError(Throwable failure) {
        LOGGER.log(System.Logger.Level.ERROR, "[GATEWAY][RMQ] intake has lost its source", failure);
    }

    @Override
    public void onComplete() {
        LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][RMQ] no more messages");
    }

    /**
     * Finishes the batch in hand and takes no more; all other messages stay with the broker.
     *
     * @param limit
     *            how long to wait for the batch
     *
     * @return whether it was finished
     */
    public boolean close(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        batcher.close();
        processor.end();
        boolean ended = loop.close(limit);
        republisher.end();
        republishing.close(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        republisher.close();
        processor.close();
        return ended;
    }

    @Override
    public void close() {
        close(Duration.ofSeconds(10));
    }
}
