package ulens.gateway.bench;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the answers to read receipts. */
final class Reads {
    private final AtomicInteger answered = new AtomicInteger();
    private volatile int expected = Integer.MAX_VALUE;
    private volatile long begun;
    private volatile long ended;

    void begin(int users, int each) {
        begun = System.nanoTime();
        expected = users * each;
    }

    void one() {
        if (answered.incrementAndGet() == expected) {
            ended = System.nanoTime();
        }
    }

    boolean done() {
        return ended != 0;
    }

    /** {@return answers per second} */
    double perSecond() {
        return expected * 1e9 / (ended - begun);
    }
}
