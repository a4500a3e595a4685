package ulens.gateway.stream;

/**
 * Where a user's stream ends, as the database said it at one moment.
 *
 * @param seq
 *            the last seq given out; 0 if the user has no stream
 * @param generation
 *            to which run of seq numbers it belongs; {@link Position#NO_STREAM} if the user has no stream
 * @param first
 *            whether that is the generation from before generations were introduced: positions of earlier releases,
 *            which name none, belong to it
 */
public record Head(long seq, long generation, boolean first) {
    /** The user has no stream. */
    public static final Head NONE = new Head(0, Position.NO_STREAM, false);
}
