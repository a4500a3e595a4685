package ulens.gateway.stream;

/** Where cursors leave what they have learnt about rows that need not be sent again. Never blocks. */
interface ProofSink extends AutoCloseable {
    /** A client has proved receipt. */
    void add(Proof proof);

    /** Up to here the rows of a user are delivered and read. */
    void settled(String userId, Settled note);

    /** Makes use of what is there, for a moment at most, and takes nothing more. */
    @Override
    void close();
}
