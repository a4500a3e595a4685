package ulens.gateway.socketio;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one timer of a server. Tasks must be quick; a cancelled one leaves nothing behind. */
final class Timer {
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1,
            task -> Thread.ofPlatform().name("socketio-timer").daemon().unstarted(task),
            // After the end there is nobody left whose time could be up.
            new ThreadPoolExecutor.DiscardPolicy());

    Timer() {
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    Future<?> after(Duration delay, Runnable task) {
        return executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** {@return how many tasks wait} */
    int waiting() {
        return executor.getQueue().size();
    }

    void stop() {
        executor.shutdownNow();
    }
}
