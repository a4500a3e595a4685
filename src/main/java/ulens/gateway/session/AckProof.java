package ulens.gateway.session;

import ulens.gateway.socketio.EncodedEvent;
import ulens.gateway.socketio.Socket;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Proof of receipt by the client's own acks, for clients that ask for it ({@code auth: {acks: true}}): each row asks
 * for an ack, and a row counts as received once it and all before it are acked. At most {@value #WINDOW} rows are on
 * the way; a client that leaves one unacked for too long is disconnected, and its rows are sent again.
 */
final class AckProof implements ReceiptProof {
    private static final System.Logger LOGGER = System.getLogger(AckProof.class.getName());
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int WINDOW = 256;
    private static final long LOOK_MILLIS = 1_000;

    private final Socket socket;
    private final Window free = new Window();
    private CompletableFuture<Void> allSoFar = CompletableFuture.completedFuture(null);

    AckProof(Socket socket) {
        this.socket = socket;
    }

    @Override
    public boolean hasRoom() {
        return socket.hasRoom() && free.availablePermits() > 0;
    }

    @Override
    public boolean awaitRoom() throws InterruptedException {
        boolean open = socket.awaitRoom();
        while (open && socket.connected()) {
            if (free.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                free.release();
                return true;
            }
        }
        return false;
    }

    @Override
    public void push(List<EncodedEvent> rows) {
        rows.forEach(this::push);
    }

    private void push(EncodedEvent row) {
        free.take();
        CompletableFuture<Void> acked = socket.emitWithAck(TIMEOUT, row).handle((_, failure) -> {
            free.release();
            if (failure != null) {
                tooLate(failure);
                throw new IllegalStateException(failure);
            }
            return null;
        });
        allSoFar = CompletableFuture.allOf(allSoFar, acked);
    }

    @Override
    public void whenReceived(Runnable action) {
        allSoFar.thenRun(action);
    }

    @Override
    public void hurry() {
        // the client acks each row without being asked
    }

    /**
     * The room of the window. Rows come several at a time and may exceed it; then it goes below zero and is made up for
     * later.
     */
    private static final class Window extends Semaphore {
        private static final long serialVersionUID = 1;

        Window() {
            super(WINDOW);
        }

        void take() {
            reducePermits(1);
        }
    }

    private void tooLate(Throwable failure) {
        if (failure instanceof TimeoutException && socket.connected()) {
            LOGGER.log(System.Logger.Level.INFO, "[GATEWAY][WS] socket {0} left a row unacked for {1} and is closed",
                    socket.id(), TIMEOUT);
            socket.dropConnection();
        }
    }
}
