package ulens.gateway.engineio.inbound;

import ulens.gateway.websocket.Allowance;

import java.util.function.BooleanSupplier;

/**
 * The memory that one connection holds of the {@link InboundBudget}, and the limit on the size of its messages. A
 * connection begins as the server's user says: an application that knows the peer calls {@link #trust} or
 * {@link #distrust}. All methods may be called from any thread.
 */
public final class InboundShare implements Allowance {
    private final InboundBudget budget;
    private final Holding holding;
    private final BooleanSupplier open;
    private volatile int limit;

    /**
     * Creates a share that holds no memory.
     *
     * @param budget
     *            the budget
     * @param limit
     *            largest message, in bytes
     * @param trusted
     *            whether the holder is not a stranger
     * @param open
     *            whether it still makes sense to wait for memory
     */
    public InboundShare(InboundBudget budget, int limit, boolean trusted, BooleanSupplier open) {
        this.budget = budget;
        this.limit = limit;
        this.holding = new Holding(trusted);
        this.open = open;
    }

    /** {@return the largest message, all fragments together, and the largest body that are allowed now, in bytes} */
    @Override
    public int limit() {
        return limit;
    }

    /**
     * Trusts the peer: its messages may be larger, and it waits for memory instead of being refused.
     *
     * @param newLimit
     *            largest message, in bytes
     */
    public void trust(int newLimit) {
        budget.trust(holding, true);
        limit = newLimit;
    }

    /**
     * Treats the peer as a stranger (again).
     *
     * @param newLimit
     *            largest message, in bytes
     */
    public void distrust(int newLimit) {
        limit = newLimit;
        budget.trust(holding, false);
    }

    /** {@return whether the holder is not a stranger} */
    public boolean trusted() {
        return holding.trusted();
    }

    /** {@return the budget} */
    public InboundBudget budget() {
        return budget;
    }

    /**
     * Takes memory before it is used. May wait, see {@link InboundBudget}, so the caller must not hold a lock that the
     * end of a session needs.
     *
     * @param bytes
     *            bytes to take
     *
     * @return false if there is not enough memory; then the message has to be refused
     */
    @Override
    public boolean take(long bytes) {
        return budget.take(holding, bytes, open);
    }

    /**
     * Gives back memory that was taken.
     *
     * @param bytes
     *            bytes to give back
     */
    @Override
    public void give(long bytes) {
        if (bytes > 0) {
            budget.give(holding, bytes);
        }
    }

    /** {@return bytes held now} */
    public long held() {
        return holding.held();
    }

    /** {@return whether the connection should be ended because others wait for memory} */
    public boolean shouldGo() {
        return budget.shouldGo(holding);
    }
}
