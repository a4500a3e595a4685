package ulens.gateway.intake;

import java.util.concurrent.atomic.LongAdder;

/** What intake has done since the start. */
public final class IntakeCounts {
    private final LongAdder consumed = new LongAdder();
    private final LongAdder stored = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder deadLettered = new LongAdder();
    private final LongAdder retried = new LongAdder();
    private final LongAdder givenBack = new LongAdder();

    /** {@return messages taken from the broker} */
    public long consumed() {
        return consumed.sum();
    }

    /** {@return rows written} */
    public long stored() {
        return stored.sum();
    }

    /** {@return messages whose row was there already} */
    public long duplicates() {
        return duplicates.sum();
    }

    /** {@return messages sent to the dead-letter queue} */
    public long deadLettered() {
        return deadLettered.sum();
    }

    /** {@return messages sent to the retry queue} */
    public long retried() {
        return retried.sum();
    }

    /** {@return messages given back unprocessed because the database stayed away} */
    public long givenBack() {
        return givenBack.sum();
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

    void retry() {
        retried.increment();
    }
}
