package ulens.gateway.intake;

/** Is told of every batch that was committed. */
@FunctionalInterface
public interface BatchObserver {
    /**
     * A batch was committed.
     *
     * @param messages
     *            how many messages it held
     * @param nanos
     *            how long the transaction took, in nanoseconds
     */
    void stored(int messages, long nanos);
}
