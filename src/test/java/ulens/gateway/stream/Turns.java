package ulens.gateway.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Threads of which one runs at a time. Each runs from one place where it would have to wait, or could be interrupted,
 * to the next; whose turn it is only the test says. So the same choices always give the same run.
 */
final class Turns implements CatchUp.Threads {
    private final RandomGenerator random;
    private final List<Turn> waiting = new ArrayList<>();
    private final Thread test = Thread.currentThread();
    private Turn running;

    Turns(RandomGenerator random) {
        this.random = random;
    }

    /** One thread, and whom it works for. */
    private static final class Turn {
        private Thread thread;
        private volatile boolean its;
        private boolean over;
        private ModelSocket socket;
    }

    @Override
    public void run(Runnable work, Consumer<Throwable> brokeOff) {
        Turn turn = new Turn();
        turn.thread = Thread.ofVirtual().unstarted(() -> {
            try {
                work.run();
            } catch (Throwable failure) {
                brokeOff.accept(failure);
            }
            turn.over = true;
            turn.its = false;
            LockSupport.unpark(test);
        });
        waiting.add(turn);
    }

    @Override
    public void pause(Duration length) {
        giveWay();
    }

    /** {@return whether nobody waits for a turn} */
    boolean over() {
        return waiting.isEmpty();
    }

    /** Lets one of those that wait go on to the next place. */
    void next() {
        if (waiting.isEmpty()) {
            return;
        }
        Turn turn = waiting.remove(random.nextInt(waiting.size()));
        running = turn;
        turn.its = true;
        if (turn.thread.getState() == Thread.State.NEW) {
            turn.thread.start();
        } else {
            LockSupport.unpark(turn.thread);
        }
        while (turn.its) {
            LockSupport.park(this);
        }
        running = null;
        if (!turn.over) {
            waiting.add(turn);
        }
    }

    /** Here something else may happen, but for what the test itself does. */
    void mayGiveWay() {
        if (random.nextBoolean()) {
            giveWay();
        }
    }

    void giveWay() {
        Turn turn = running;
        if (turn == null) {
            return;
        }
        turn.its = false;
        LockSupport.unpark(test);
        while (!turn.its) {
            LockSupport.park(this);
        }
    }

    /** The thread whose turn it is works for this socket. */
    void worksFor(ModelSocket socket) {
        if (running != null) {
            running.socket = socket;
        }
    }

    /** {@return for which socket the one works whose turn it is; null for none} */
    ModelSocket socket() {
        return running == null ? null : running.socket;
    }
}
