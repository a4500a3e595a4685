package ulens.gateway.engineio.inbound;

/**
 * The memory that one connection holds of the {@link InboundBudget}. Written under the budget's lock, read without it.
 */
final class Holding {
    private volatile boolean trusted;
    private volatile long held;
    private volatile long movedAt;

    Holding(boolean trusted) {
        this.trusted = trusted;
    }

    /** {@return whether the holder is not a stranger} */
    boolean trusted() {
        return trusted;
    }

    /** {@return bytes held now} */
    long held() {
        return held;
    }

    /** {@return when it last began to hold memory or gave some back, as of System.nanoTime} */
    long movedAt() {
        return movedAt;
    }

    void add(long bytes) {
        long before = held;
        if (bytes < 0 || before == 0) {
            movedAt = System.nanoTime();
        }
        held = before + bytes;
    }

    void trust(boolean value) {
        trusted = value;
    }
}
