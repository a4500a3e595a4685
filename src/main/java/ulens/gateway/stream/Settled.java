package ulens.gateway.stream;

/**
 * All rows of a user up to a seq are delivered and read.
 *
 * @param generation
 *            of the stream in which that was seen
 * @param upTo
 *            the seq
 */
record Settled(long generation, long upTo) {
    /** {@return this, or an earlier note that says more} */
    Settled or(Settled earlier) {
        return earlier.generation == generation && earlier.upTo > upTo ? earlier : this;
    }
}
