package ulens.gateway.bench;

import ulens.gateway.fixture.TestTokens;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Many Socket.IO clients of few bytes each, on one selector thread: user {@code u-0}, {@code u-1} and so on, each with
 * one WebSocket and a subscription. What they receive goes into a {@link Tally}.
 */
final class Crowd implements AutoCloseable {
    private static final int BUFFER = 256 * 1024;
    private static final long LOOK_NANOS = 200_000;

    private final int port;
    private final int users;
    private final Selector selector;
    private final ByteBuffer shared = ByteBuffer.allocateDirect(BUFFER);
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Member> members = new ArrayList<>();
    private final AtomicInteger subscribed = new AtomicInteger();
    private final AtomicInteger gone = new AtomicInteger();
    private final Thread thread;
    private volatile Tally tally;
    private volatile Reads current;
    private volatile boolean closed;
    private volatile RuntimeException failure;

    Crowd(int port, int users) {
        this.port = port;
        this.users = users;
        try {
            this.selector = Selector.open();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        this.thread = Thread.ofPlatform().name("crowd").start(this::run);
    }

    /** Sets the tally that ids from here on belong to. */
    Crowd into(Tally given) {
        tally = given;
        return this;
    }

    /** Connects all clients, with at most {@code atOnce} connecting at a time. */
    Crowd connect(int atOnce) {
        for (int next = 0; next < users; next++) {
            int user = next;
            await(() -> user - subscribed.get() < atOnce, Duration.ofMinutes(2), "connections");
            later(() -> open(user));
        }
        return this;
    }

    /** Waits until all subscriptions are answered. */
    Crowd awaitSubscribed() {
        await(() -> subscribed.get() == users, Duration.ofMinutes(2), "subscriptions");
        return this;
    }

    /** Every client marks this many of its notifications as read, the next one after the answer to the last. */
    Reads read(int each) {
        Reads reads = new Reads();
        current = reads;
        later(() -> {
            reads.begin(users, each);
            members.forEach(member -> member.readNext(each));
        });
        return reads;
    }

    /** {@return connections that this side has not ended} */
    int gone() {
        return gone.get();
    }

    void await(java.util.function.BooleanSupplier condition, Duration limit, String what) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (failure != null) {
                throw failure;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(what + " did not come within " + limit + ": " + subscribed.get()
                        + " of " + users + " subscribed, " + gone.get() + " gone, " + tally);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void later(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    private void run() {
        try {
            while (!closed) {
                selector.select(this::ready, 1_000);
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
            }
            for (Member member : members) {
                member.channel.close();
            }
            selector.close();
        } catch (IOException | RuntimeException broken) {
            failure = new IllegalStateException("the load generator failed", broken);
        }
    }

    private void open(int user) {
        try {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Member member = new Member(user, channel);
            members.add(member);
            boolean connected = channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, member);
            if (connected) {
                member.connected(key);
            }
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    private void ready(SelectionKey key) {
        Member member = (Member) key.attachment();
        try {
            if (key.isConnectable()) {
                member.channel.finishConnect();
                member.connected(key);
            } else if (!member.read()) {
                key.cancel();
                gone.incrementAndGet();
            }
        } catch (IOException broken) {
            key.cancel();
            gone.incrementAndGet();
        }
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /** One client, used by the selector's thread only. */
    private final class Member implements Frames.Listener {
        private final int user;
        private final SocketChannel channel;
        private final Frames frames = new Frames(this);
        private final List<Long> own = new ArrayList<>(0);
        private Tally ofTally;
        private long lastId;
        private int readsLeft;

        private Member(int user, SocketChannel channel) {
            this.user = user;
            this.channel = channel;
        }

        private void connected(SelectionKey key) throws IOException {
            key.interestOps(SelectionKey.OP_READ);
            send(Frames.upgrade(port));
        }

        private boolean read() throws IOException {
            shared.clear();
            int count = channel.read(shared);
            if (count > 0) {
                shared.flip();
                frames.take(shared);
            }
            return count >= 0;
        }

        private void send(byte[] bytes) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }

        private void text(String text) {
            try {
                send(Frames.text(text));
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }

        @Override
        public void notification(long id) {
            Tally now = tally;
            if (now != null) {
                now.received(user, id, id > lastId);
                lastId = id;
                if (now.keepsIds()) {
                    if (ofTally != now) {
                        ofTally = now;
                        own.clear();
                    }
                    own.add(id);
                }
            }
        }

        @Override
        public void ping() {
            text("3");
        }

        @Override
        public void opened() {
            text("40/ws,{\"token\":\"" + TestTokens.of("u-" + user) + "\"}");
        }

        @Override
        public void joined() {
            text("42/ws,0[\"SUBSCRIBE_NOTIFICATIONS\"]");
        }

        @Override
        public void answered(long ackId) {
            if (ackId == 0) {
                subscribed.incrementAndGet();
            } else {
                current.one();
                if (--readsLeft > 0) {
                    emitRead();
                }
            }
        }

        private void readNext(int each) {
            readsLeft = each;
            emitRead();
        }

        private void emitRead() {
            text("42/ws,1[\"READ_NOTIFICATIONS\",{\"notificationIds\":[" + own.get(readsLeft - 1) + "]}]");
        }
    }
}
