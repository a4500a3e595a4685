package ulens.gateway.work;

import java.util.function.Consumer;

/**
 * Short work on a virtual thread of its own. It ends by itself and soon; what runs for as long as the process does is a
 * {@link Loop}.
 */
public final class Errand {
    private Errand() {
    }

    /**
     * Runs work on a thread of its own.
     *
     * @param name
     *            name of the thread
     * @param work
     *            the work
     * @param failed
     *            gets any throwable of the work. If the thread can't be started, it is called at once on the caller's
     *            thread. It must notify those that wait for the work, or they wait for ever
     */
    public static void run(String name, Runnable work, Consumer<Throwable> failed) {
        try {
            Thread.ofVirtual().name(name).start(() -> attempt(work, failed));
        } catch (Throwable noThread) {
            failed.accept(noThread);
        }
    }

    /**
     * Runs work on a thread of its own; an exception is counted and logged.
     *
     * @param task
     *            its name
     * @param work
     *            what to do
     */
    public static void run(Task task, Runnable work) {
        run(task.name(), () -> {
            work.run();
            task.succeeded();
        }, task::failed);
    }

    private static void attempt(Runnable work, Consumer<Throwable> failed) {
        try {
            work.run();
        } catch (Throwable failure) {
            failed.accept(failure);
        }
    }
}
