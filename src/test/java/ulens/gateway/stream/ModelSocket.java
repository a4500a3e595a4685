package ulens.gateway.stream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One connection of a device. It takes a few frames at a time, and answers pings in their order. Whatever it is given
 * it checks against the plain list of what is stored: in one generation seq only grows, and between what was given
 * before and what is given now nothing lies that this client would have to see.
 */
final class ModelSocket implements Sink<ModelSocket.Sent> {
    /** How many frames are on the way before it takes no more. */
    static final int ROOM = 6;

    /** A row as it goes over the wire. */
    record Sent(long id, Position offset) {
    }

    /** What is on the way: a row, an offset without one, or a ping. */
    private record Frame(long id, Position offset, Runnable pong) {
    }

    private final ModelDevice device;
    private final ModelStream stream;
    private final Turns turns;
    private final Deque<Frame> frames = new ArrayDeque<>();
    private final Set<Long> left = new HashSet<>();
    private Cursor<Sent> cursor;
    private boolean open = true;
    private long generation;
    private long last;
    private long floor;
    /** Behind it every row counts; up to here only those that are open. */
    private long boundary;
    private int starts;
    private int synced;
    private boolean unanswered;
    private long toldGeneration;
    private long toldSeq;

    ModelSocket(ModelDevice device, ModelStream stream, Turns turns) {
        this.device = device;
        this.stream = stream;
        this.turns = turns;
    }

    void join(Rooms<Sent> rooms) {
        cursor = rooms.join(stream.user(), this);
    }

    Cursor<Sent> cursor() {
        return cursor;
    }

    boolean isOpen() {
        return open;
    }

    boolean isStarted() {
        return starts > 0;
    }

    void subscribe() {
        starts++;
        unanswered = true;
        cursor.subscribe();
    }

    void resume(Position from) {
        starts++;
        unanswered = true;
        generation = from.generation();
        last = from.seq();
        floor = from.floor();
        boundary = Math.max(from.seq(), from.openUntil());
        cursor.resume(from, 0);
    }

    /** The connection is gone, with what is on the way. */
    void cut(Rooms<Sent> rooms) {
        open = false;
        frames.clear();
        rooms.leave(cursor);
    }

    /** The stream has gone back without a sign: if the cursor is beyond its end, rows of this generation come again. */
    void wentBack() {
        toldSeq = 0;
        if (cursor.place().seq() > stream.head().seq()) {
            last = 0;
            floor = 0;
        }
    }

    /** A hint is about to be offered. */
    void told(long in, long seq) {
        if (isStarted() && in == stream.head().generation()) {
            toldSeq = in == toldGeneration ? Math.max(toldSeq, seq) : seq;
            toldGeneration = in;
        }
    }

    /** A page of all that is open is read now. */
    void openUpTo(long head) {
        boundary = head;
    }

    @Override
    public boolean hasRoom() {
        return frames.stream().filter(frame -> frame.pong() == null).count() < ROOM;
    }

    @Override
    public boolean awaitRoom() {
        turns.worksFor(this);
        turns.mayGiveWay();
        while (open && !hasRoom()) {
            turns.giveWay();
        }
        return open;
    }

    @Override
    public void push(List<Sent> rows) {
        if (!open || !hasRoom()) {
            stream.violated("rows were pushed to a socket that is " + (open ? "full" : "closed"));
        }
        for (Sent row : rows) {
            Position offset = row.offset();
            begin(offset.generation());
            if (offset.openUntil() > boundary) {
                stream.violated(offset + " says more than was read, up to " + boundary);
            }
            if (offset.seq() <= last) {
                stream.violated(offset + " was pushed after " + last);
            }
            if (offset.floor() != floor) {
                stream.violated(offset + " was pushed to a client whose floor is " + floor);
            }
            nothingSkipped(offset.seq() - 1);
            last = offset.seq();
            frames.add(new Frame(row.id(), offset, null));
        }
    }

    private void begin(long given) {
        if (given != generation) {
            if (generation != Position.NO_STREAM) {
                floor = 0;
                left.add(generation);
            }
            if (left.contains(given)) {
                stream.violated("generation " + given + " came again");
            }
            generation = given;
            last = 0;
        }
    }

    private void nothingSkipped(long upTo) {
        if (generation == stream.head().generation()) {
            stream.rows().subMap(last, false, Math.max(last, upTo), true).forEach((seq, row) -> {
                if (row.open() || seq > boundary) {
                    stream.violated(row + " at " + seq + " was skipped, behind " + last);
                }
            });
        }
    }

    @Override
    public void whenReceived(Runnable action) {
        frames.add(new Frame(0, null, action));
    }

    @Override
    public void hurryProof() {
        // it puts off none
    }

    @Override
    public void synced(long replayed, long unread, Position position) {
        if (!open) {
            stream.violated("a closed socket was told that it is synced");
        }
        synced++;
        begin(position.generation());
        if (position.seq() < last) {
            stream.violated(position + " was told after " + last);
        }
        nothingSkipped(position.seq());
        last = position.seq();
        frames.add(new Frame(0, position, null));
    }

    @Override
    public void subscribed(long unread) {
        turns.mayGiveWay();
        unanswered = false;
    }

    @Override
    public void drop() {
        open = false;
        frames.clear();
    }

    /** The next frame arrives. Returns whether there was one. */
    boolean receive() {
        Frame frame = frames.poll();
        if (frame == null) {
            return false;
        }
        if (frame.offset() != null) {
            device.received(frame.id(), frame.offset());
        }
        if (frame.pong() != null) {
            stream.provedBy(device, frame.pong());
        }
        return true;
    }

    /** Everything that is on the way arrives, but no pong comes back yet. */
    void receiveWithoutPongs() {
        frames.stream().filter(frame -> frame.offset() != null)
                .forEach(frame -> device.received(frame.id(), frame.offset()));
        frames.removeIf(frame -> frame.offset() != null);
    }

    /** Nothing is under way any more: what it was told of, and read, it has. */
    void checkTold() {
        Position at = cursor.place();
        Head head = stream.head();
        if (isStarted() && toldSeq > 0 && toldGeneration == head.generation()
                && (at.generation() != head.generation() || at.seq() < toldSeq)) {
            stream.violated("told of " + toldSeq + ", and stays at " + at);
        }
        if (unanswered || synced < starts) {
            stream.violated("subscribed " + starts + " times, told " + synced + " times that it is synced");
        }
    }

    /** After a look at the head: it is where the stream ends, and its client has all that is open. */
    void checkComplete() {
        if (!isStarted()) {
            return;
        }
        Position at = cursor.place();
        Head head = stream.head();
        // a stream without a row is like none
        if (at.seq() != head.seq() || at.generation() != head.generation() && head.seq() > 0) {
            stream.violated("the stream ends at " + head + ", and the cursor is at " + at);
        }
        stream.rows().tailMap(at.floor(), false).forEach((seq, row) -> {
            if (row.open() && !device.has(row.id())) {
                stream.violated(row + " at " + seq + " has not arrived");
            }
            if (!row.delivered()) {
                stream.violated(row + " at " + seq + " has arrived, and is not proved");
            }
        });
    }
}
