package ulens.gateway.intake;

import ulens.gateway.intake.Outcome.Settled;
import ulens.gateway.intake.Outcome.Unsettled;
import ulens.gateway.rabbitmq.incoming.IncomingMessage;
import ulens.gateway.stream.StreamWriter;
import ulens.gateway.work.Task;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps messages whose user's row another transaction has locked (usually an open transaction of a DBA): they wait,
 * unacknowledged and in their order, while other users' messages go on. At intervals the database is asked, without
 * waiting for locks, which of the locks are gone. If too many wait, those of the user with the most go to the retry
 * queue, which brings them back a minute later: nothing is lost, but the order is not guaranteed for that user any
 * more.
 */
final class LockedUsers {
    private static final System.Logger LOGGER = System.getLogger(LockedUsers.class.getName());

    /** Most bytes of bodies in one transaction, except for a single larger body. */
    private static final long MOST_BYTES = 32 * 1024 * 1024;

    private final StreamWriter streams;
    private final RowWriter writer;
    private final DeadLetters deadLetters;
    private final IntakeClock clock;
    private final SetAside<Candidate> aside;
    private final Task task = Task.of(LOGGER, "[GATEWAY][DB]", "store-locked-users");
    private volatile int messages;
    private volatile int users;

    /**
     * @param streams
     *            finds the users that are locked
     * @param writer
     *            writes messages that are no longer locked
     * @param deadLetters
     *            takes messages for which there is no room
     * @param most
     *            most messages that may wait
     * @param clock
     *            the clock for the pauses
     */
    LockedUsers(StreamWriter streams, RowWriter writer, DeadLetters deadLetters, int most, IntakeClock clock) {
        this.streams = streams;
        this.writer = writer;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.aside = new SetAside<>(most, one -> one.row().userId(), Candidate::message);
    }

    /** Returns those candidates whose users are not set aside; the others wait from now on. */
    List<Candidate> admit(List<Candidate> candidates) {
        return counted(kept(candidates, aside.admit(candidates)));
    }

    /**
     * Sets the locked users aside after a wait for a lock has timed out.
     *
     * @return the candidates to try again without them; if these are all candidates, the lock can't be seen, for
     *         example one on a row that is just being inserted
     */
    List<Candidate> setAside(List<Candidate> candidates) {
        Set<String> all = users(candidates);
        Set<String> seen = streams.locked(all);
        Set<String> locked = seen.isEmpty() && all.size() == 1 ? all : seen;
        List<Candidate> rest = counted(kept(candidates, aside.lock(locked, candidates, clock.now())));
        if (!locked.isEmpty()) {
            task.failed(aside.users() + " users have rows that somebody else has locked; their messages wait");
        }
        return rest;
    }

    /** Takes the waiting messages out of the acks of later ones. */
    private List<Candidate> kept(List<Candidate> given, List<Candidate> free) {
        if (free.size() < given.size()) {
            given.stream().map(Candidate::message).filter(aside::holds).forEach(IncomingMessage::defer);
        }
        return free;
    }

    static Set<String> users(List<Candidate> candidates) {
        Set<String> users = new LinkedHashSet<>();
        candidates.forEach(one -> users.add(one.row().userId()));
        return users;
    }

    private boolean isEmpty() {
        return aside.size() == 0;
    }

    /** {@return messages that wait} */
    int messages() {
        return messages;
    }

    /** {@return users whose messages wait} */
    int users() {
        return users;
    }

    /** Drops all messages, since the broker delivers them again. */
    void forget() {
        aside.forget(_ -> true);
        counted(List.of());
        task.succeeded();
    }

    /** Sends messages beyond the limit to the retry queue; those that can't be sent now stay. */
    Outcome relieve() throws InterruptedException {
        Outcome outcome = Settled.DONE;
        for (Optional<String> user = aside.overflow(); user.isPresent()
                && outcome instanceof Settled; user = aside.overflow()) {
            Set<Candidate> gone = new HashSet<>();
            for (Candidate one : aside.of(user.get())) {
                outcome = deadLetters.later(one.message());
                if (outcome instanceof Unsettled) {
                    break;
                }
                gone.add(one);
            }
            aside.forget(gone::contains);
            counted(List.of());
        }
        return outcome;
    }

    /** Stores messages that are no longer locked, and acknowledges them. */
    Outcome retry() throws InterruptedException {
        if (isEmpty()) {
            return Settled.DONE;
        }
        aside.forget(one -> !one.message().live());
        List<String> due = aside.due(clock.now());
        Outcome outcome = due.isEmpty() ? Settled.DONE : storeFree(due);
        due.forEach(user -> aside.later(user, clock.now()));
        counted(List.of());
        if (isEmpty()) {
            task.succeeded();
        }
        return outcome;
    }

    private Outcome storeFree(List<String> due) throws InterruptedException {
        Set<String> locked;
        try {
            locked = streams.locked(due);
        } catch (RuntimeException failure) {
            // the database is away; storing the next batch fails as well, and waits for it
            task.failed(failure);
            return Settled.SET_ASIDE;
        }
        return store(due.stream().filter(user -> !locked.contains(user)).toList());
    }

    /** Stores all messages at once, or, if there is a lock that can't be seen, user by user up to the locked one. */
    private Outcome store(List<String> free) throws InterruptedException {
        return switch (write(free)) {
            case StoreResult.Stored _ -> Settled.DONE;
            case StoreResult.Locked _ -> free.size() == 1 ? Settled.SET_ASIDE : storeUserByUser(free);
            case StoreResult.Unavailable(String reason) -> {
                task.failed(reason);
                yield Settled.SET_ASIDE;
            }
            case StoreResult.Refused _,StoreResult.Failed _ -> storeOneByOne(free);
        };
    }

    private Outcome storeUserByUser(List<String> free) throws InterruptedException {
        Outcome outcome = Settled.DONE;
        for (int i = 0; i < free.size() && outcome == Settled.DONE; i++) {
            outcome = store(List.of(free.get(i)));
        }
        return outcome;
    }

    /** {@return the result of the first attempt that failed} */
    private StoreResult write(List<String> free) {
        StoreResult result = new StoreResult.Stored();
        for (List<Candidate> part : parts(free)) {
            result = writer.write(part);
            if (!(result instanceof StoreResult.Stored)) {
                return result;
            }
            part.forEach(one -> one.message().defer().ack());
            aside.forget(new HashSet<>(part)::contains);
        }
        return result;
    }

    /**
     * {@return the messages of each user in their order, in parts whose transactions end within the database's time
     * limits}
     */
    private List<List<Candidate>> parts(List<String> free) {
        List<List<Candidate>> parts = new ArrayList<>();
        long bytes = MOST_BYTES;
        for (Candidate one : free.stream().flatMap(user -> aside.of(user).stream()).toList()) {
            bytes += one.message().getPayload().length;
            if (bytes > MOST_BYTES) {
                parts.add(new ArrayList<>());
                bytes = one.message().getPayload().length;
            }
            parts.getLast().add(one);
        }
        return parts;
    }

    /** Stores messages one by one, since one of them can't be stored; that one becomes a dead letter or a retry. */
    private Outcome storeOneByOne(List<String> free) throws InterruptedException {
        Outcome outcome = Settled.DONE;
        for (int i = 0; i < free.size() && outcome instanceof Settled; i++) {
            outcome = storeOneByOne(free.get(i));
        }
        return outcome;
    }

    private Outcome storeOneByOne(String user) throws InterruptedException {
        Outcome outcome = Settled.DONE;
        Set<Candidate> done = new HashSet<>();
        for (Candidate one : aside.of(user)) {
            outcome = storeAlone(one);
            if (outcome != Settled.DONE) {
                break;
            }
            done.add(one);
        }
        aside.forget(done::contains);
        return outcome;
    }

    private Outcome storeAlone(Candidate one) throws InterruptedException {
        return switch (writer.write(List.of(one))) {
            case StoreResult.Stored _ -> {
                one.message().defer().ack();
                yield Settled.DONE;
            }
            case StoreResult.Refused(String reason) -> deadLetters.refuse(one.message(), reason);
            case StoreResult.Failed(String reason) -> deadLetters.retry(one.message(), reason);
            case StoreResult.Locked _,StoreResult.Unavailable _ -> Settled.SET_ASIDE;
        };
    }

    /** After the last step. */
    void close() {
        task.close();
    }

    private List<Candidate> counted(List<Candidate> free) {
        messages = aside.size();
        users = aside.users();
        return free;
    }
}
