package ulens.gateway.session;

import ulens.gateway.socketio.EncodedEvent;

import java.util.List;

/**
 * Sends rows to a client and finds out when it has received them: its transport proves that by the pong to a ping, or
 * the client itself by acks. Rows are pushed, and proofs requested, under the lock of the socket's cursor.
 */
sealed interface ReceiptProof permits PingProof, AckProof {
    /** {@return whether more rows may be on the way} */
    boolean hasRoom();

    /** Waits until more rows may be on the way; false if the client is gone. */
    boolean awaitRoom() throws InterruptedException;

    /** Sends rows. */
    void push(List<EncodedEvent> rows);

    /** Runs an action once everything pushed before is received. */
    void whenReceived(Runnable action);

    /** No more rows follow for now, so a proof that is put off is due. */
    void hurry();
}
