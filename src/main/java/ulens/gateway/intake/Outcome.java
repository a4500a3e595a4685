package ulens.gateway.intake;

/** The outcome of messages that were in hand. Only {@link Settled} messages may be acknowledged. */
sealed interface Outcome {
    /** Each message has a safe place. */
    enum Settled implements Outcome {
        /** Stored, or on its way to the dead letters or the retries. */
        DONE,
        /**
         * The same, but some are set aside since another transaction has locked their users' rows; they are acked
         * later.
         */
        SET_ASIDE
    }

    /** Some messages have no safe place, so that nothing may be acknowledged. */
    enum Unsettled implements Outcome {
        /** They have been held for as long as allowed: all messages in hand go back to the broker. */
        GIVE_BACK,
        /** The gateway stops; the broker delivers them again after the next start. */
        STOPPED
    }

    /**
     * Combines this outcome with that of other messages.
     *
     * @param later
     *            the outcome of the others, which came after these were settled
     *
     * @return the worse of the two
     */
    default Outcome and(Outcome later) {
        return this == Settled.DONE || later instanceof Unsettled ? later : this;
    }
}
