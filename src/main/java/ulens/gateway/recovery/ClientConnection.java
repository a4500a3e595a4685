package ulens.gateway.recovery;

/** The connection that carries a client session now. */
public interface ClientConnection {
    /** {@return the id of its socket, for the log} */
    String socketId();

    /** Disconnects the client and closes the connection, since its session goes on over a newer one. */
    void takenOver();

    /** Cuts the connection without a DISCONNECT, so that the client reconnects if this was its only one. */
    void drop();
}
