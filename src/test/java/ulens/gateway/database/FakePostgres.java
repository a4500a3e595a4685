package ulens.gateway.database;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that speaks as much of PostgreSQL's protocol as it takes to refuse every connection with an error. */
public final class FakePostgres implements AutoCloseable {
    private static final int SSL_REQUEST = 80_877_103;

    private final ServerSocket server;
    private final AtomicInteger refused = new AtomicInteger();
    private volatile String state;
    private volatile String message;

    /** Refuses with this SQLSTATE and message. */
    public FakePostgres(String state, String message) {
        says(state, message);
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        Thread.ofVirtual().start(this::serve);
    }

    /** From now on refuses with another SQLSTATE and message. */
    public void says(String newState, String newMessage) {
        state = newState;
        message = newMessage;
    }

    /** {@return the URL of a database on it} */
    public String url() {
        return "postgresql://gateway:hunter2@127.0.0.1:" + server.getLocalPort() + "/ulens";
    }

    /** {@return how many connections it has refused} */
    public int refused() {
        return refused.get();
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> refuse(socket));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void refuse(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] startup = in.readNBytes(in.readInt() - Integer.BYTES);
            if (ByteBuffer.wrap(startup).getInt() == SSL_REQUEST) {
                socket.getOutputStream().write('N');
                in.readNBytes(in.readInt() - Integer.BYTES);
            }
            byte[] fields = ("SFATAL\0VFATAL\0C" + state + "\0M" + message + "\0\0").getBytes(StandardCharsets.UTF_8);
            socket.getOutputStream().write(ByteBuffer.allocate(fields.length + 5).put((byte) 'E')
                    .putInt(fields.length + Integer.BYTES).put(fields).array());
            refused.incrementAndGet();
            in.read();
        } catch (IOException _) {
            // the client has seen enough
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
