package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.FailingSockets;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Every loop survives any throwable from the database, and nothing is lost. */
class SurvivalTest {
    private static final Set<String> LOOPS_WITH_DATABASE = Set.of("intake", "mark-delivered", "publish-outbox",
            "node-heartbeat", "write-client-sessions", "sweep", "pulse");

    private final String user = "user-" + UUID.randomUUID();

    @Test
    void anErrorInEveryLoopEndsNone() throws Exception {
        try (TestGateway gateway = new TestGateway(Map.of("DELIVERY_SWEEP_INTERVAL", "200ms"),
                url -> url + "&socketFactory=" + FailingSockets.class.getName())) {
            gateway.broker().publish(user, 1, 10);
            try (TestClient before = gateway.client(user)) {
                before.subscribe();
                before.awaitIds(10);
                FailingSockets.failing = true;
                gateway.broker().publish(user, 11, 20);
                try (TestClient during = gateway.client("another-" + user)) {
                    during.socket().emit("SUBSCRIBE_NOTIFICATIONS");
                    Set<String> left = new TreeSet<>(LOOPS_WITH_DATABASE);
                    // there is nothing to be marked during the outage, and the pulse reports no failures
                    left.removeAll(Set.of("mark-delivered", "pulse"));
                    await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(failing()).containsAll(left));
                }
            } finally {
                FailingSockets.failing = false;
            }
            assertThat(FailingSockets.FAILURES).hasPositiveValue();
            await().atMost(TestClient.PATIENCE)
                    .until(() -> OpsPage.get(gateway.opsPort(), "/observe/health").status() == 200);
            try (TestClient after = gateway.client(user)) {
                after.subscribe();
                after.awaitIds(20);
                gateway.broker().publish(user, 21, 25);
                after.awaitIds(25);
                assertThat(after.ids()).isSorted().doesNotHaveDuplicates();
                assertThat(after.read(1L, 2L).getBoolean("ok")).isTrue();
                assertThat(gateway.broker().receipt()).contains(user);
                await().atMost(TestClient.PATIENCE).until(() -> gateway.database()
                        .number("select count(*) from delivery where user_id = ? and delivered_at is null", user) == 0);
                await().atMost(TestClient.PATIENCE).until(() -> gateway.database()
                        .number("select count(*) from client_session where user_id = ? and subscribed", user) > 0);
            }
            await().atMost(TestClient.PATIENCE).until(() -> gateway.database()
                    .number("select count(*) from node where seen_at > now() - interval '6 s'") > 0);
            assertThat(Task.all()).noneMatch(task -> task.stuck(Duration.ofSeconds(30)));
        }
    }

    private static Set<String> failing() {
        return Task.all().stream().filter(task -> task.failures() > 0).map(Task::name).collect(Collectors.toSet());
    }
}
