package ulens.gateway.engineio;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;

import java.time.Duration;

/** The fixture for outside conformance suites: an echo on port 3000. Built with the public API only. */
public final class EngineIoEcho {
    private EngineIoEcho() {
    }

    /**
     * Runs until the process is killed.
     *
     * @param args
     *            not used
     */
    public static void main(String[] args) {
        start(3000, Duration.ofMillis(300), Duration.ofMillis(200));
    }

    static WebServer start(int port, Duration pingInterval, Duration pingTimeout) {
        EngineConfig config = EngineConfig.defaults("/engine.io/")
                .with(new EngineConfig.Heartbeat(pingInterval, pingTimeout, Duration.ofMillis(50)))
                .with(new EngineConfig.Limits(1_000_000, 10_000, 10_000, 10_000));
        EngineServer engine = EngineServer.create(config, Echo::new);
        HttpRouting.Builder routing = HttpRouting.builder();
        var server = WebServer.builder().port(port);
        engine.attach(server, routing);
        return server.addRouting(routing).build().start();
    }

    private record Echo(EngineSession session) implements SessionListener {
        @Override
        public void onText(String text) {
            session.send(EngineMessage.text(text));
        }

        @Override
        public void onBinary(byte[] bytes) {
            session.send(EngineMessage.binary(bytes));
        }

        @Override
        public void onClose(String reason) {
            // Nothing to clean up.
        }
    }
}
