package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.work.Loop;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A stuck loop makes the process count as not alive, and health names it. */
class HealthTest {
    @Test
    void aStuckLoopIsDownUntilItMoves() {
        try (TestGateway gateway = new TestGateway(Map.of("HEALTH_STUCK_AFTER", "6s", "DATABASE_TIMEOUT", "600ms"))) {
            assertThat(OpsPage.get(gateway.opsPort(), "/observe/health/live").status()).isEqualTo(200);
            CountDownLatch free = new CountDownLatch(1);
            Loop stuck = Loop.virtual(Task.of(System.getLogger("test"), "[TEST]", "stuck-on-purpose"), () -> {
                free.await();
                Thread.sleep(10);
                return false;
            }).start();
            try {
                await().atMost(TestClient.PATIENCE)
                        .until(() -> OpsPage.get(gateway.opsPort(), "/observe/health/live").status() == 503);
                assertThat(OpsPage.get(gateway.opsPort(), "/observe/health/live").body())
                        .contains("\"stuck-on-purpose\":\"does not move\"").doesNotContain("\"intake\":");
                assertThat(OpsPage.metric(gateway.opsPort(), "gateway_loops_stuck")).isEqualTo(1);
                free.countDown();
                await().atMost(TestClient.PATIENCE)
                        .until(() -> OpsPage.get(gateway.opsPort(), "/observe/health/live").status() == 200);
            } finally {
                free.countDown();
                stuck.close(Duration.ofSeconds(30));
            }
        }
    }
}
