package ulens.gateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** A newcomer with nothing but a JDK starts it, pastes the line that is shown, and sees the notification arrive. */
class DevModeTest {
    @Test
    void whatIsShownAtTheStartWorksAndARestartFindsTheDataAgain(@TempDir Path folder) throws Exception {
        Map<String, String> environment = Map.of("PORT", "0", "HOST", "127.0.0.1", "DEV_FOLDER", folder.toString());
        GatewayConfig config = GatewayConfig.read(io.helidon.config.Config.empty(), environment);
        String shown;
        try (Shown output = new Shown();
                Gateway gateway = Gateway.start(config)) {
            shown = output.text();
            assertThat(shown).contains("http://localhost:" + gateway.port() + "/ws", "embedded: psql",
                    "ACCESS_SECRET_KEY is not set");
            try (TestClient client = TestClient.connect(gateway.port(), token(shown))) {
                client.subscribe();
                assertThat(pasted(shown, gateway.port()).statusCode()).isEqualTo(202);
                assertThat(client.await("NEW_NOTIFICATION").json().getString("message"))
                        .isEqualTo("Hello from the broker");
            }
        }
        try (Gateway again = Gateway.start(config);
                TestClient client = TestClient.connect(again.port(), token(shown))) {
            client.subscribe();
            client.awaitIds(1);
        }
    }

    private static String token(String shown) {
        Matcher token = Pattern.compile("(?m)^\\s+(eyJ\\S+)$").matcher(shown);
        assertThat(token.find()).isTrue();
        return token.group(1);
    }

    /** Sends what the shown command would send. */
    private static HttpResponse<String> pasted(String shown, int port) throws Exception {
        Matcher command = Pattern
                .compile("curl -s -X POST (\\S+) -H 'Content-Type: application/json' \\\\\\s+-d '(.*)'").matcher(shown);
        assertThat(command.find()).isTrue();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(command.group(1).replace("localhost", "127.0.0.1")))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(command.group(2))).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    /** What the gateway prints. */
    private static final class Shown implements AutoCloseable {
        private final PrintStream before = System.out;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private Shown() {
            System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        }

        private String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            System.setOut(before);
        }
    }
}
