package ulens.gateway.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Forwards TCP connections between two parts, and can cut, reset, stall, half-open, delay or refuse them. */
final class FaultProxy implements AutoCloseable {
    /** The direction of bytes. */
    enum Way {
        /** From the client to the server. */
        UP,
        /** From the server to the client. */
        DOWN
    }

    private record Trigger(Way way, byte[] pattern, Consumer<Pipe> action) {
    }

    private final ServerSocket listener;
    private final Set<Pipe> pipes = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicReference<Trigger> trigger = new AtomicReference<>();
    private final AtomicInteger faults;
    private volatile int target;
    private volatile boolean refusing;
    private volatile boolean stalledUp;
    private volatile boolean stalledDown;
    private volatile long delayMillis;

    FaultProxy(int target, AtomicInteger faults) {
        this.target = target;
        this.faults = faults;
        try {
            listener = new ServerSocket();
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
        Thread.startVirtualThread(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Sets the port that new connections are forwarded to. */
    void target(int port) {
        target = port;
    }

    /** Ends all connections in good order. */
    int cut() {
        faults.incrementAndGet();
        List<Pipe> all = List.copyOf(pipes);
        all.forEach(Pipe::cut);
        return all.size();
    }

    /** Breaks all connections with a TCP reset. */
    int reset() {
        faults.incrementAndGet();
        List<Pipe> all = List.copyOf(pipes);
        all.forEach(Pipe::reset);
        return all.size();
    }

    /** Forwards nothing more on the present connections, without closing them; new ones work. */
    void halfOpen() {
        faults.incrementAndGet();
        pipes.forEach(pipe -> pipe.dead = true);
    }

    /** Holds back bytes in this direction, until {@link #flow()}. */
    void stall(Way way) {
        faults.incrementAndGet();
        if (way == Way.UP) {
            stalledUp = true;
        } else {
            stalledDown = true;
        }
    }

    /** Delays bytes in both directions by this time; 0 ends the delay. */
    void delay(long millis) {
        faults.incrementAndGet();
        delayMillis = millis;
    }

    /** Closes new connections at once, and resets the present ones. */
    void refuse() {
        refusing = true;
        reset();
    }

    /** Everything works again. */
    void flow() {
        refusing = false;
        delayMillis = 0;
        lock.lock();
        try {
            stalledUp = false;
            stalledDown = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Runs the action once, before these bytes are forwarded for the first time. */
    void when(Way way, byte[] pattern, Consumer<Pipe> action) {
        trigger.set(new Trigger(way, pattern, pipe -> {
            faults.incrementAndGet();
            action.accept(pipe);
        }));
    }

    /** {@return whether the last {@link #when} has not been triggered yet} */
    boolean armed() {
        return trigger.get() != null;
    }

    /** {@return connections open now} */
    List<Pipe> pipes() {
        return List.copyOf(pipes);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (refusing) {
                    client.close();
                } else {
                    open(client);
                }
            } catch (IOException _) {
                // closed, or the target is away: the client sees a lost connection
            }
        }
    }

    private void open(Socket client) throws IOException {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            Pipe pipe = new Pipe(client, server);
            pipes.add(pipe);
            Thread.startVirtualThread(() -> pump(pipe, client, server, Way.UP));
            Thread.startVirtualThread(() -> pump(pipe, server, client, Way.DOWN));
        } catch (IOException away) {
            client.close();
            throw away;
        }
    }

    private void pump(Pipe pipe, Socket from, Socket to, Way way) {
        byte[] buffer = new byte[16 * 1024];
        byte[] tail = new byte[0];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                tail = watch(pipe, way, tail, buffer, read);
                hold(pipe, way);
                out.write(buffer, 0, read);
            }
        } catch (IOException | InterruptedException _) {
            // broken on purpose
        } finally {
            pipes.remove(pipe);
        }
    }

    private void hold(Pipe pipe, Way way) throws InterruptedException {
        if (delayMillis > 0) {
            Thread.sleep(delayMillis);
        }
        lock.lock();
        try {
            while (pipe.dead || pipe.stalled(way) || (way == Way.UP ? stalledUp : stalledDown)) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Searches for the trigger's bytes, also across two reads. */
    private byte[] watch(Pipe pipe, Way way, byte[] tail, byte[] buffer, int read) {
        Trigger armed = trigger.get();
        if (armed == null || armed.way != way) {
            return tail.length == 0 ? tail : new byte[0];
        }
        byte[] seen = new byte[tail.length + read];
        System.arraycopy(tail, 0, seen, 0, tail.length);
        System.arraycopy(buffer, 0, seen, tail.length, read);
        if (contains(seen, armed.pattern) && trigger.compareAndSet(armed, null)) {
            armed.action.accept(pipe);
        }
        int keep = Math.min(seen.length, armed.pattern.length - 1);
        byte[] kept = new byte[keep];
        System.arraycopy(seen, seen.length - keep, kept, 0, keep);
        return kept;
    }

    private static boolean contains(byte[] bytes, byte[] pattern) {
        for (int at = 0; at <= bytes.length - pattern.length; at++) {
            int same = 0;
            while (same < pattern.length && bytes[at + same] == pattern[same]) {
                same++;
            }
            if (same == pattern.length) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException _) {
            // closed already
        }
        pipes.forEach(Pipe::cut);
        flow();
    }

    /** One connection through the proxy. */
    final class Pipe {
        private final Socket client;
        private final Socket server;
        private volatile boolean dead;
        private volatile boolean stalledUpHere;
        private volatile boolean stalledDownHere;

        private Pipe(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        /** {@return the local port of the client} */
        int clientPort() {
            return client.getPort();
        }

        void cut() {
            close(client);
            close(server);
            wake();
        }

        void reset() {
            for (Socket socket : List.of(client, server)) {
                try {
                    socket.setSoLinger(true, 0);
                } catch (IOException _) {
                    // closed already
                }
                close(socket);
            }
            wake();
        }

        void halfOpen() {
            faults.incrementAndGet();
            dead = true;
        }

        void stall(Way way) {
            faults.incrementAndGet();
            if (way == Way.UP) {
                stalledUpHere = true;
            } else {
                stalledDownHere = true;
            }
        }

        void flow() {
            stalledUpHere = false;
            stalledDownHere = false;
            wake();
        }

        private boolean stalled(Way way) {
            return !client.isClosed() && (way == Way.UP ? stalledUpHere : stalledDownHere);
        }

        private void wake() {
            dead = false;
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // closed already
        }
    }
}
