package ulens.gateway.stream;

/** Gets rows that have just been committed. */
public interface NewRows {
    /**
     * Takes rows that have just been committed, in the order of the calls. May wait until those of the batch before
     * last are dealt with.
     *
     * @param stored
     *            what became of a batch
     */
    void offer(StoredBatch stored);

    /** A backlog has come to its end: for now no more rows follow those that were offered. May wait as well. */
    void backlogEnds();
}
