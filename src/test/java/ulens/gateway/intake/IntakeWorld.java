package ulens.gateway.intake;

import ulens.gateway.config.IntakeConfig;
import ulens.gateway.rabbitmq.incoming.IncomingMessage;
import ulens.gateway.stream.NewRows;
import ulens.gateway.stream.StoredBatch;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Flow;

/** Intake, the real one, and around it a broker, tables and a time that are lists and numbers. */
final class IntakeWorld implements AutoCloseable {
    static final Duration HOLD = Duration.ofSeconds(10);

    final VirtualClock clock = new VirtualClock();
    final FakeBroker broker = new FakeBroker();
    final FakeStreams streams = new FakeStreams();
    final FakeAttempts attempts = new FakeAttempts();

    private final IntakeConfig settings;
    private Task task;
    private Batcher<IncomingMessage> batcher;
    private Republisher republisher;
    private BatchProcessor processor;
    private int backlogEnds;
    private boolean databaseAway;

    IntakeWorld(int batchSize, int setAside) {
        settings = new IntakeConfig(batchSize, Duration.ofMillis(50), 1024, HOLD, 1_000, setAside);
        start();
    }

    private void start() {
        task = Task.of(System.getLogger(IntakeWorld.class.getName()), "[TEST]", "intake");
        batcher = new Batcher<>(settings.batchSize(), settings.linger(), message -> message.getPayload().length, clock);
        republisher = new Republisher(broker, settings.mostWaiting(), settings.hold());
        IntakePorts ports = new IntakePorts(streams, () -> !databaseAway, attempts, new CountedRows(), broker,
                (_, _) -> {
                });
        processor = new BatchProcessor(settings, ports, batcher, republisher, task, clock);
        batcher.subscribed(new Flow.Subscription() {
            @Override
            public void request(long count) {
                // all that there is comes anyway
            }

            @Override
            public void cancel() {
                throw new AssertionError("nobody cancels");
            }
        });
    }

    /** A message with this text. Texts that begin with a SQLSTATE can't be stored, see {@link FakeStreams}. */
    void publish(String user, long id, String text) {
        broker.publish(body(user, id, text), Map.of());
    }

    static String body(String user, long id, String text) {
        return "{\"userId\":\"" + user + "\",\"notificationId\":" + id + ",\"message\":\"" + text + "\"}";
    }

    void databaseAway(boolean away) {
        databaseAway = away;
        streams.away(away);
        attempts.away(away);
    }

    /** What the broker has for its channel comes in. */
    void receive() {
        broker.deliver().forEach(batcher::add);
    }

    /** The same, but there is no memory to keep it. */
    void receiveInVain() {
        broker.deliver().forEach(_ -> batcher.lost());
    }

    /** {@return whether the process has survived} One turn, and what it has sent away is confirmed. */
    boolean step() {
        receive();
        try {
            processor.step();
            while (republisher.waiting() > 0) {
                republisher.step();
            }
            return true;
        } catch (FakeStreams.Killed _) {
            restart();
            return false;
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    /** The process ends, and another one begins. */
    void restart() {
        close();
        attempts.nextProcess();
        broker.restart();
        start();
    }

    /** It is being stopped. */
    void stop() {
        processor.end();
    }

    boolean storing() {
        return processor.storing();
    }

    int setAside() {
        return processor.setAside();
    }

    int backlogEnds() {
        return backlogEnds;
    }

    @Override
    public void close() {
        task.close();
        processor.end();
        processor.close();
        republisher.task().close();
        republisher.close();
    }

    private final class CountedRows implements NewRows {
        @Override
        public void offer(StoredBatch stored) {
            // what sockets make of them is not intake's
        }

        @Override
        public void backlogEnds() {
            backlogEnds++;
        }
    }
}
