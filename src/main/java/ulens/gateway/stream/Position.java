package ulens.gateway.stream;

/**
 * A place in a user's stream, as a client holds it and gives it back: the content of an offset.
 * <p>
 * A database can go back in time (a restored dump, a standby promoted without the last commits, a user erased and
 * written to again), and then gives the same seq to other rows. Hence these rules:
 * <ol>
 * <li>A stream has a generation: a random number, made of a database-wide part and a part of the user's head row, and
 * read in the same statement as the head. Migration V6 says when it changes. Seq numbers of two generations have
 * nothing to do with one another.</li>
 * <li>A position is gone on from only if it {@link #isIn fits} a head that was read after the position was taken: same
 * generation, not beyond the head. Anything else is a fresh start.</li>
 * <li>Receipt of everything up to a position proves receipt of what lies in (floor, seq], in this generation, and of
 * nothing else. The statement that marks rows compares the generation, and the end of the range with the head, by
 * itself.</li>
 * <li>Ranges are joined only if they touch and are of one generation ({@link Proof#joinedWith}).</li>
 * <li>A socket whose cursor is in another generation than the database, or beyond its head, starts afresh on its
 * connection ({@link Cursor}).</li>
 * </ol>
 *
 * @param seq
 *            everything in (floor, seq] has been handed to the client
 * @param generation
 *            of the stream; {@link #NO_STREAM} only with seq 0
 * @param openUntil
 *            up to here only rows that are undelivered or unread are handed over: the end of the replay that is going
 *            on; 0 if none is
 * @param floor
 *            behind it the client was sent every undelivered row: 0 after a fresh start, and a resumption keeps it
 */
public record Position(long seq, long generation, long openUntil, long floor) {

    /** The generation of a stream that does not exist. A position in it claims nothing, and so fits every stream. */
    public static final long NO_STREAM = 0;

    /** Where a fresh start begins, before its first page says how far it goes. */
    static final Position BEGINNING = new Position(0, NO_STREAM, Long.MAX_VALUE, 0);

    /**
     * Says whether the stream may be gone on with here.
     *
     * @param head
     *            of the same user, read after the position was taken
     *
     * @return whether the position is of the same generation and not beyond the head
     */
    public boolean isIn(Head head) {
        return generation == NO_STREAM ? seq == 0 && openUntil == 0 && floor == 0
                : generation == head.generation() && seq <= head.seq() && openUntil <= head.seq() && floor <= seq;
    }

    /** {@return the place of a later row of the same replay, or of what follows it} */
    Position at(long row) {
        return new Position(row, generation, row <= openUntil ? openUntil : 0, floor);
    }
}
