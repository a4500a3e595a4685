package ulens.gateway.engineio;

import java.time.Duration;
import java.util.Set;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;

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
        EngineConfig config = new EngineConfig("/engine.io/", Duration.ofMillis(300), Duration.ofMillis(200), 1_000_000,
                Duration.ofMillis(50), 64 * 1024, 4 * 1024 * 1024, Duration.ofSeconds(30), 10_000, 10_000, 10_000,
                Set.of("*"));
        EngineServer engine = EngineServer.create(config, Echo::new);
        HttpRouting.Builder routing = HttpRouting.builder();
        var server = WebServer.builder().port(3000);
        engine.attach(server, routing);
        server.addRouting(routing).build().start();
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
