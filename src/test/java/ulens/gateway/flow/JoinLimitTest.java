package ulens.gateway.flow;

import io.socket.client.IO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The limit on messages before a join allows the longest token, and does not apply after the join. */
class JoinLimitTest {
    @ParameterizedTest
    @ValueSource(strings = { "websocket", "polling" })
    void theLongestTokenJoinsAndThenTheClientMaySendMore(String transport) {
        String user = "user-" + UUID.randomUUID();
        String token = TestTokens.signed("{\"userId\":\"" + user + "\",\"exp\":"
                + Instant.now().plusSeconds(3600).getEpochSecond() + ",\"roles\":\"" + "r".repeat(5_900) + "\"}");
        assertThat(token).hasSizeBetween(8_000, 8_192);
        try (TestGateway gateway = new TestGateway();
                TestClient client = TestClient.connecting(gateway.port(),
                        IO.Options.builder().setTransports(new String[] { transport }).setReconnection(false)
                                .setForceNew(true).setAuth(Map.of("token", token)).build())) {
            client.await("connect");
            gateway.broker().publish(user, 1, 1);
            client.subscribe();
            client.awaitIds(1);
            // a thousand ids of 19 digits are over the limit before a join
            Long[] ids = LongStream.rangeClosed(1, 1_000).map(id -> id == 1 ? 1 : Long.MAX_VALUE - id).boxed()
                    .toArray(Long[]::new);
            assertThat(client.read(ids).optBoolean("ok")).isTrue();
            await().atMost(TestClient.PATIENCE).untilAsserted(
                    () -> assertThat(OpsPage.metric(gateway.opsPort(), "gateway_inbound_held")).isZero());
        }
    }
}
