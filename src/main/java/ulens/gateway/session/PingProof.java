package ulens.gateway.session;

import ulens.gateway.socketio.EncodedEvent;
import ulens.gateway.socketio.Socket;

import java.util.List;

/**
 * Proof of receipt by the transport, for every client: its pong proves that it received everything sent before the
 * ping.
 */
record PingProof(Socket socket) implements ReceiptProof {
    @Override
    public boolean hasRoom() {
        return socket.hasRoom();
    }

    @Override
    public boolean awaitRoom() throws InterruptedException {
        return socket.awaitRoom();
    }

    @Override
    public void push(List<EncodedEvent> rows) {
        socket.emit(rows);
    }

    @Override
    public void whenReceived(Runnable action) {
        socket.whenReceived(action);
    }

    @Override
    public void hurry() {
        socket.hurryProof();
    }
}
