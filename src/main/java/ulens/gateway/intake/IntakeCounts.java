package ulens.gateway.intake;

import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;

import java.util.concurrent.atomic.LongAdder;

/** The counters of intake since the start. */
public final class IntakeCounts implements Measured {
    private static final String TIMES_UNREADABLE = "Times in events that could not be read and counted as missing";

    private final LongAdder consumed = new LongAdder();
    private final LongAdder stored = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder deadLettered = new LongAdder();
    private final LongAdder retried = new LongAdder();
    private final LongAdder putOff = new LongAdder();
    private final LongAdder later = new LongAdder();
    private final LongAdder givenBack = new LongAdder();
    private final LongAdder unreadableSentAt = new LongAdder();
    private final LongAdder unreadableReadAt = new LongAdder();

    /** {@return messages taken from the broker} */
    public long consumed() {
        return consumed.sum();
    }

    /** {@return rows written} */
    public long stored() {
        return stored.sum();
    }

    @Override
    public void register(Meters meters) {
        meters.counter("messages_consumed", "Messages taken from RabbitMQ", this::consumed)
                .counter("messages_stored", "Rows written", this::stored)
                .counter("messages_duplicate", "Messages whose row was there already", duplicates::sum)
                .counter("messages_dead_lettered", "Messages sent to the dead-letter queue", deadLettered::sum)
                .counter("messages_retried", "Messages sent to the retry queue", retried::sum)
                .counter("dead_letters_put_off", "Dead letters sent round by the retry queue: too many waited",
                        putOff::sum)
                .counter("messages_sent_later",
                        "Messages sent to the retry queue because too many waited for locked rows", later::sum)
                .counter("messages_given_back", "Messages given back to RabbitMQ because they could not be stored",
                        givenBack::sum)
                .counter("times_unreadable", TIMES_UNREADABLE, "field", "sentAt", unreadableSentAt::sum)
                .counter("times_unreadable", TIMES_UNREADABLE, "field", "readAt", unreadableReadAt::sum);
    }

    void sentRound() {
        putOff.increment();
    }

    void unreadableTime(String field) {
        ("readAt".equals(field) ? unreadableReadAt : unreadableSentAt).increment();
    }

    void givenBack(int messages) {
        givenBack.add(messages);
    }

    void consumed(int messages) {
        consumed.add(messages);
    }

    void stored(int rows, int known) {
        stored.add(rows);
        duplicates.add(known);
    }

    void deadLetter() {
        deadLettered.increment();
    }

    void sentLater() {
        later.increment();
    }

    void retry() {
        retried.increment();
    }
}
