package ulens.gateway.documents;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.JavaScriptClient;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestServices;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The code in docs/producers.md works as documented, in Node. */
@GatewayTest
class ProducerSnippetsTest {
    private static final Snippets SNIPPETS = Snippets.of(Path.of("docs", "producers.md"), "javascript");
    private static final Map<String, String> BROKER = Map.of("RMQ_URL", TestServices.broker());
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        JavaScriptClient.install();
    }

    @Test
    void everyBlockOfCodeIsRunHere() {
        assertThat(SNIPPETS.files()).containsOnlyKeys("publish.mjs", "dead-letters.mjs");
    }

    @Test
    void whatIsPublishedIsStored() {
        String user = "user-" + UUID.randomUUID();
        Path folder = JavaScriptClient.folder();
        SNIPPETS.write("publish.mjs", folder, Map.of("\"demo\"", '"' + user + '"'));
        try (JavaScriptClient producer = new JavaScriptClient(BROKER, folder.resolve("publish.mjs").toString())) {
            await().atMost(TestClient.PATIENCE).untilAsserted(
                    () -> assertThat(gateway.database().column("select message from delivery where user_id = ?", user))
                            .as("%s", producer.lines()).isEqualTo(List.of("Your subscription is active")));
        }
    }

    @Test
    void deadLettersAreShownAndStayWhereTheyAre() {
        gateway.broker().publish("{\"userId\":\"u-1\",\"notificationId\":42}");
        gateway.broker().publish("[1]");
        String queue = gateway.broker().deadQueue();
        await().atMost(TestClient.PATIENCE).until(() -> gateway.broker().count(queue) == 2);
        Path folder = JavaScriptClient.folder();
        SNIPPETS.write("dead-letters.mjs", folder, Map.of("gateway.notification.subscription.q.dlq", queue));
        try (JavaScriptClient reader = new JavaScriptClient(BROKER, folder.resolve("dead-letters.mjs").toString())) {
            await().atMost(TestClient.PATIENCE)
                    .untilAsserted(() -> assertThat(reader.lines()).containsExactly(
                            "message is missing | {\"userId\":\"u-1\",\"notificationId\":42}",
                            "body is not a JSON object | [1]"));
            await().atMost(TestClient.PATIENCE).until(() -> gateway.broker().count(queue) == 2);
        }
    }
}
