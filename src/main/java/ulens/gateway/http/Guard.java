package ulens.gateway.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The state of one connection: its deadline, the bytes that it holds, the progress of its answer, and whether it has to
 * end. Used by its reader, its writer and the thread of its door.
 */
final class Guard {
    private final Door door;
    private final ConnectionContext outside;
    private final Peer peer;
    private final AtomicBoolean counted = new AtomicBoolean();
    private volatile @Nullable ServerConnection inside;
    private volatile boolean upgraded;
    private volatile boolean gone;
    private volatile long deadline;
    private volatile boolean hasDeadline;
    private volatile @Nullable Ending otherwise;
    private int held;
    private volatile boolean answerBegun;
    private volatile boolean silenced;
    private volatile @Nullable Thread server;

    /** The door that all connections of a listener share. */
    interface Door {
        HttpLimits limits();

        /** The connection waits for a request: until one comes, it is among the first to be ended for want of room. */
        void waits(Guard connection);

        /**
         * {@return whether there is memory for {@code more} bytes of an unfinished head, if need be after ending
         * others}
         */
        boolean hold(Guard connection, int more);

        /** Gives back the memory of {@code bytes} of an unfinished head. */
        void letGo(Guard connection, int bytes);

        /** Counts a connection of this peer that has ended, or was not let in. */
        void count(Ending ending, String whom);
    }

    Guard(Door door, ConnectionContext outside) {
        this.door = door;
        this.outside = outside;
        this.peer = Peer.of(outside);
    }

    /** Sets Helidon's connection, which serves the requests that are read here. */
    void servedBy(ServerConnection helidon) {
        inside = helidon;
    }

    /** Sets the thread that serves the connection. */
    void servedBy(Thread thread) {
        server = thread;
    }

    Peer peer() {
        return peer;
    }

    /** The connection no longer speaks HTTP, so it has no deadline here any more. */
    void upgraded() {
        upgraded = true;
    }

    boolean isUpgraded() {
        return upgraded;
    }

    /** {@return whether Helidon waits for a head, and not for a body} */
    boolean isBetweenRequests() {
        return inside instanceof InterruptableTask<?> task && task.canInterrupt();
    }

    /** The connection waits for a request. */
    void waits() {
        answerBegun = false;
        door.waits(this);
    }

    /** Takes memory for a head that is not complete and now has {@code bytes} in all. */
    void holds(int bytes) throws BadRequest {
        int more = bytes - held;
        held = bytes;
        if (!door.hold(this, more)) {
            throw new BadRequest(503, "too many unfinished requests");
        }
    }

    /** Gives back the memory of the head, which is complete or will never be. */
    void letsGo() {
        if (held > 0) {
            door.letGo(this, held);
            held = 0;
        }
    }

    void deadline(long at, @Nullable Ending missed) {
        otherwise = missed;
        deadline = at;
        hasDeadline = true;
    }

    /** Sets the deadline for an answer that is about to be written. */
    void deadlineOfAnswer() {
        deadline(System.nanoTime() + door.limits().body().toNanos(), Ending.UNREAD_ANSWER);
    }

    void noDeadline() {
        hasDeadline = false;
    }

    /** Ends the connection if it is late. */
    void check(long now) {
        if (hasDeadline && deadline - now <= 0) {
            end(otherwise);
        }
    }

    /** Ends the connection now; the read or write that it waits for fails. */
    void end(@Nullable Ending why) {
        if (!gone) {
            gone = true;
            if (why != null) {
                door.count(why, peer.text());
            }
            close();
            Thread waiting = server;
            if (why == Ending.EVICTED && !upgraded && waiting != null) {
                // The thread may wait for an answer, a long poll for example, and does not see that its socket was
                // closed. Until it ends, it counts against Helidon's limit of connections, at which Helidon accepts no
                // more.
                waiting.interrupt();
            }
        }
    }

    void close() {
        try {
            outside.serverSocket().close();
        } catch (RuntimeException _) {
            // the socket is broken, which ends the connection as well
        }
    }

    /** {@return whether the part of an answer that is about to be written is its first part} */
    boolean beginsAnswer() {
        boolean first = !answerBegun;
        answerBegun = true;
        return first;
    }

    /** Ends the connection after the answer that is being written. */
    void endAfterThisRequest() {
        // In the middle of a request this only ends the loop that waits for the next one. Without it Helidon takes the
        // rest of a body for a request, though it has told the peer that it will close.
        ServerConnection helidon = inside;
        if (helidon != null) {
            helidon.close(false);
        }
    }

    /** {@return the exception to throw, since the input can't be understood any more} Nothing else is written. */
    CloseConnectionException broken(String why) {
        silenced = true;
        return new CloseConnectionException(why);
    }

    void checkWhole() {
        if (silenced) {
            throw new CloseConnectionException("what came could not be understood");
        }
    }

    /** Answers a refused request with the reason, unless an answer has begun already. */
    void answer(BadRequest bad) {
        door.count(Ending.MALFORMED, peer.text() + ", " + bad.reason());
        if (answerBegun) {
            return;
        }
        String words = switch (bad.status()) {
            case 414 -> "URI Too Long";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "Bad Request";
        };
        deadlineOfAnswer();
        say(bad.status(), words, "", bad.reason());
    }

    /** Writes a whole answer, after which the connection ends. */
    void say(int status, String words, String header, String text) {
        byte[] answer = ("HTTP/1.1 " + status + " " + words + "\r\n" + header + "Connection: close\r\n"
                + "Content-Type: text/plain\r\nContent-Length: " + (text.length() + 1) + "\r\n\r\n" + text + "\n")
                        .getBytes(StandardCharsets.US_ASCII);
        outside.dataWriter().writeNow(BufferData.create(answer));
    }

    /** Counts the connection from now on. */
    void count() {
        counted.set(true);
    }

    boolean isCounted() {
        return counted.get();
    }

    /** {@return whether the connection has been counted until now} */
    boolean uncount() {
        return counted.getAndSet(false);
    }
}
