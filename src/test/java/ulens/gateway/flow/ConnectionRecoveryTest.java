package ulens.gateway.flow;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.JavaScriptClient;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;
import ulens.gateway.rabbitmq.CuttableProxy;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A client that lost its connection resumes exactly where it was, whatever happened to the gateway meanwhile. */
class ConnectionRecoveryTest {
    private final String user = "user-" + UUID.randomUUID();

    @BeforeAll
    static void install() {
        JavaScriptClient.install();
    }

    @Test
    void aClientThatHeardNothingBeforeTheCutIsRecovered() throws IOException {
        try (TestGateway gateway = new TestGateway();
                CuttableProxy proxy = new CuttableProxy("127.0.0.1", gateway.port());
                JavaScriptClient client = new JavaScriptClient(proxy.port(), TestTokens.of(user), "websocket")) {
            until(() -> client.all("synced").size() == 1);
            proxy.cut();
            until(() -> client.all("connect").size() == 2);
            gateway.broker().publish(user, 1, 3);
            until(() -> client.rows().size() == 3);
            assertThat(client.all("connect").getLast()).startsWith("true ");
            assertThat(client.rows()).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void theDefaultTransportsRecoverAcrossARestart() throws IOException {
        try (TestGateway gateway = new TestGateway();
                JavaScriptClient client = new JavaScriptClient(gateway.port(), TestTokens.of(user), "default")) {
            until(() -> client.all("synced").size() == 1);
            gateway.broker().publish(user, 1, 50);
            until(() -> client.rows().size() == 50);
            gateway.stop();
            gateway.broker().publish(user, 51, 60);
            gateway.start();
            gateway.broker().publish(user, 61, 70);
            until(() -> client.rows().size() == 70);
            assertThat(client.rows()).isEqualTo(LongStream.rangeClosed(1, 70).boxed().toList());
            assertThat(client.all("connect").getLast()).startsWith("true ");
        }
    }

    @Test
    void theTableShowsWhoIsOnLineWhereAndSinceWhen() throws IOException {
        try (TestGateway gateway = new TestGateway();
                JavaScriptClient client = new JavaScriptClient(gateway.port(), TestTokens.of(user), "websocket")) {
            until(() -> client.all("synced").size() == 1);
            String sid = client.all("connect").getFirst().substring(6);
            until(() -> gateway.database().column("select sid from online where user_id = ? and subscribed", user)
                    .equals(List.of(sid)));
            client.close();
            until(() -> gateway.database().column("select sid from online where user_id = ?", user).isEmpty());
            assertThat(gateway.database().column("""
                    select reason from client_session where user_id = ? and disconnected_at >= connected_at""", user))
                    .singleElement().asString().startsWith("transport ");
        }
    }

    @Test
    void whoLeftOnPurposeStartsAfresh() {
        try (TestGateway gateway = new TestGateway();
                JavaScriptClient client = new JavaScriptClient(gateway.port(), TestTokens.of(user), "websocket")) {
            until(() -> client.all("synced").size() == 1);
            gateway.broker().publish(user, 1, 3);
            until(() -> client.rows().size() == 3);
            client.leaveAndComeBack();
            until(() -> client.rows().size() == 6);
            assertThat(client.all("connect").getLast()).startsWith("false ");
            assertThat(client.rows()).containsExactly(1L, 2L, 3L, 1L, 2L, 3L);
        }
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(TestClient.PATIENCE.multipliedBy(2)).pollInterval(java.time.Duration.ofMillis(5))
                .until(condition::getAsBoolean);
    }
}
