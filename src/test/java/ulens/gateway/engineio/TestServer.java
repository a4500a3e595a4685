package ulens.gateway.engineio;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import ulens.gateway.engineio.inbound.InboundBudget;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A real server on an ephemeral port that remembers its sessions and what came to them. */
final class TestServer implements AutoCloseable {
    static final String PATH = "/engine.io/";

    final List<Recorded> sessions = new CopyOnWriteArrayList<>();
    final EngineServer engine;
    private final WebServer web;

    /** One session and everything its listener was told, in order. */
    static class Recorded implements SessionListener {
        final EngineSession session;
        final List<Object> events = new CopyOnWriteArrayList<>();

        Recorded(EngineSession session) {
            this.session = session;
        }

        @Override
        public void onText(String text) {
            events.add(text);
        }

        @Override
        public void onBinary(byte[] bytes) {
            events.add(bytes);
        }

        @Override
        public void onClose(String reason) {
            events.add("closed: " + reason);
        }
    }

    /** Sends everything back. */
    static final class Echo extends Recorded {
        Echo(EngineSession session) {
            super(session);
        }

        @Override
        public void onText(String text) {
            super.onText(text);
            session.send(EngineMessage.text(text));
        }

        @Override
        public void onBinary(byte[] bytes) {
            super.onBinary(bytes);
            session.send(EngineMessage.binary(bytes));
        }
    }

    TestServer(EngineConfig config, Function<EngineSession, Recorded> listener) {
        this(config, listener, new InboundBudget(InboundBudget.defaultSize()));
    }

    TestServer(EngineConfig config, Function<EngineSession, Recorded> listener, InboundBudget budget) {
        engine = EngineServer.create(config, session -> {
            Recorded recorded = listener.apply(session);
            sessions.add(recorded);
            return recorded;
        }, budget);
        var builder = WebServer.builder().host("localhost").port(0).shutdownHook(false);
        HttpRouting.Builder routing = HttpRouting.builder();
        engine.attach(builder, routing);
        web = builder.addRouting(routing).build().start();
    }

    /** An echo that never pings during a test. */
    static TestServer quiet() {
        return echo(Duration.ofSeconds(60), Duration.ofSeconds(60));
    }

    static TestServer echo(Duration interval, Duration timeout) {
        return new TestServer(config(interval, timeout), Echo::new);
    }

    static EngineConfig config(Duration interval, Duration timeout) {
        return EngineConfig.defaults(PATH).with(new EngineConfig.Heartbeat(interval, timeout, Duration.ZERO))
                .with(new EngineConfig.Queue(64 * 1024, 4 * 1024 * 1024, Duration.ofMinutes(10)))
                .with(new EngineConfig.Limits(100_000, 100, 1_000, 1_000));
    }

    static EngineConfig quietConfig() {
        return config(Duration.ofSeconds(60), Duration.ofSeconds(60));
    }

    int port() {
        return web.port();
    }

    Recorded only() {
        if (sessions.size() != 1) {
            throw new AssertionError("sessions: " + sessions.size());
        }
        return sessions.getFirst();
    }

    @Override
    public void close() {
        engine.close(Duration.ZERO);
        web.stop();
    }
}
