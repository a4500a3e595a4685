package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ulens.gateway.Gateway;
import ulens.gateway.config.GatewayConfig;
import ulens.gateway.dev.DevMode;
import ulens.gateway.fixture.TestClient;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** A newcomer who has only a JDK starts the gateway, pastes the printed command, and sees the notification arrive. */
class DevModeTest {
    private static final int WIDTH = 80;

    @Test
    void whatIsShownAtTheStartWorksAndARestartFindsTheDataAgain(@TempDir Path folder) throws Exception {
        Map<String, String> environment = Map.of("PORT", "0", "HOST", "127.0.0.1", "DEV_FOLDER", folder.toString());
        GatewayConfig config = GatewayConfig.read(io.helidon.config.Config.empty(), environment);
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(terminal, true, StandardCharsets.UTF_8);
        String shown;
        try (Gateway gateway = Gateway.start(config, DevMode.start(config, out))) {
            shown = terminal.toString(StandardCharsets.UTF_8);
            assertThat(shown).contains("http://localhost:" + gateway.port() + "/ws",
                    "http://localhost:" + gateway.opsPort() + "/observe/health", "psql '",
                    "ACCESS_SECRET_KEY is not set");
            assertThat(shown.lines().filter(line -> line.length() > WIDTH)).allMatch(DevModeTest::cannotBeBroken);
            linksAnswer(shown);
            try (TestClient client = TestClient.connect(gateway.port(), token(shown))) {
                client.subscribe();
                assertThat(pasted(shown, gateway.port()).statusCode()).isEqualTo(202);
                assertThat(client.await("NEW_NOTIFICATION").json().getString("message"))
                        .isEqualTo("Hello from the broker");
            }
        }
        try (Gateway again = Gateway.start(config, DevMode.start(config, out));
                TestClient client = TestClient.connect(again.port(), token(shown))) {
            client.subscribe();
            client.awaitIds(1);
        }
    }

    /** A line that can't be wrapped: a token, or a command with an address. */
    private static boolean cannotBeBroken(String line) {
        return line.strip().matches("(psql ')?\\S+");
    }

    private static void linksAnswer(String shown) throws Exception {
        List<String> links = Pattern.compile("(?m)^ .* (http://\\S+)$").matcher(shown).results()
                .map(link -> link.group(1)).toList();
        assertThat(links).hasSize(3);
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (String link : links) {
                HttpRequest request = HttpRequest.newBuilder(URI.create(link.replace("localhost", "127.0.0.1")))
                        .build();
                assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).as(link)
                        .isEqualTo(200);
            }
        }
    }

    private static String token(String shown) {
        Matcher token = Pattern.compile("(?m)^\\s+(eyJ\\S+)$").matcher(shown);
        assertThat(token.find()).isTrue();
        return token.group(1);
    }

    /** Sends the request of the printed command. */
    private static HttpResponse<String> pasted(String shown, int port) throws Exception {
        Matcher command = Pattern
                .compile("curl -s -X POST (\\S+) \\\\\\s+-H 'Content-Type: application/json' \\\\\\s+-d '(.*)'")
                .matcher(shown);
        assertThat(command.find()).isTrue();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(command.group(1).replace("localhost", "127.0.0.1")))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(command.group(2))).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
