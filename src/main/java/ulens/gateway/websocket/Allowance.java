package ulens.gateway.websocket;

/**
 * Limits the size of the messages of a peer, and counts the memory that they take while they come in. Called before
 * each read, so the limit may change while a message is being read.
 */
public interface Allowance {
    /** {@return the largest message that is allowed now, all fragments together, in bytes} */
    int limit();

    /**
     * Takes memory before it is used. May wait.
     *
     * @param bytes
     *            bytes to take
     *
     * @return false if there is not enough memory: the message is refused with {@link CloseCode#TRY_AGAIN_LATER}
     */
    boolean take(long bytes);

    /**
     * Gives back memory that was taken.
     *
     * @param bytes
     *            bytes to give back; may be 0
     */
    void give(long bytes);

    /**
     * Makes an allowance that counts no memory.
     *
     * @param limit
     *            largest message, in bytes
     *
     * @return the allowance
     */
    static Allowance upTo(int limit) {
        return new Allowance() {
            @Override
            public int limit() {
                return limit;
            }

            @Override
            public boolean take(long bytes) {
                return true;
            }

            @Override
            public void give(long bytes) {
                // not counted
            }
        };
    }
}
