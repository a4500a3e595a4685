package ulens.gateway.rabbitmq;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Forwards TCP connections to a broker, or another server, until told to break them. */
public final class CuttableProxy implements AutoCloseable {

    private static final byte HEARTBEAT_FRAME = 8;
    private static final int HEARTBEAT_LENGTH = 8;

    private final String targetHost;
    private final int targetPort;
    private final int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger heartbeats = new AtomicInteger();
    private volatile CountDownLatch replies = new CountDownLatch(0);
    private volatile ServerSocket listener;
    private volatile boolean refusing;

    /** Listens on a free port. */
    public CuttableProxy(String targetHost, int targetPort) throws IOException {
        this.targetHost = targetHost;
        this.targetPort = targetPort;
        this.listener = listen(0);
        this.port = listener.getLocalPort();
    }

    /** {@return the port it listens on} */
    public int port() {
        return port;
    }

    /** Connections accepted so far. */
    public int accepted() {
        return accepted.get();
    }

    /** AMQP heartbeats sent by the client so far (on idle connections). */
    public int heartbeats() {
        return heartbeats.get();
    }

    /** Breaks all connections; new ones are accepted. */
    public void cut() {
        for (Socket socket : sockets) {
            close(socket);
        }
        replies.countDown();
        replies = new CountDownLatch(0);
    }

    /** Breaks all connections and ends new ones at once, until {@link #admit}; the port stays its own. */
    public void refuse() {
        refusing = true;
        cut();
    }

    /** Lets new connections through again. */
    public void admit() {
        refusing = false;
    }

    /** Breaks all connections and refuses new ones. */
    public void down() throws IOException {
        listener.close();
        cut();
    }

    /** Accepts connections again. */
    public void up() throws IOException {
        listener = listen(port);
    }

    /** Keeps back what the broker says, until the next cut. */
    public void holdReplies() {
        replies = new CountDownLatch(1);
    }

    private ServerSocket listen(int on) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), on));
        Thread.startVirtualThread(() -> accept(server));
        return server;
    }

    private void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                accepted.incrementAndGet();
                sockets.add(client);
                if (!refusing) {
                    connect(client);
                }
                if (refusing || server.isClosed()) {
                    close(client);
                }
            } catch (IOException _) {
                // the listener is closed
            }
        }
    }

    private void connect(Socket client) {
        try {
            Socket broker = new Socket(targetHost, targetPort);
            sockets.add(broker);
            Thread.startVirtualThread(() -> forward(client, broker, false));
            Thread.startVirtualThread(() -> forward(broker, client, true));
        } catch (IOException _) {
            // the target is away: a client that is left waiting would hang for its whole connect timeout
            sockets.remove(client);
            close(client);
        }
    }

    private void forward(Socket from, Socket to, boolean isReply) {
        byte[] buffer = new byte[16 * 1024];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (isReply) {
                    replies.await();
                } else if (read == HEARTBEAT_LENGTH && buffer[0] == HEARTBEAT_FRAME) {
                    heartbeats.incrementAndGet();
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException | InterruptedException _) {
            // cut
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // closed is closed
        }
    }

    @Override
    public void close() throws IOException {
        down();
    }
}
