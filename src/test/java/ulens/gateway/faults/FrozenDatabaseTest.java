package ulens.gateway.faults;

import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestServices;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.awaitility.Awaitility.await;

/**
 * A frozen database does not delay health checks: each answer comes within a second at any time of the freeze.
 */
class FrozenDatabaseTest {
    private static final int WITHIN_MILLIS = 1_000;
    private static final Duration LONGER_THAN_THE_POOL_WAITS = Duration.ofSeconds(6);

    @Test
    void readinessAnswersAtOnceAndSaysNoUntilTheDatabaseAnswersAgain() throws IOException {
        Matcher port = Pattern.compile("//[^/:]+:(\\d+)/").matcher(TestServices.database().jdbcUrl());
        int database = port.find() ? Integer.parseInt(port.group(1)) : 5432;
        try (FaultProxy proxy = new FaultProxy(database, new AtomicInteger());
                TestGateway gateway = new TestGateway(Map.of(),
                        url -> url.replaceFirst("//[^/]+/", "//127.0.0.1:" + proxy.port() + "/"))) {
            await().atMost(TestClient.PATIENCE).until(() -> ready(gateway) == 200);
            proxy.stall(FaultProxy.Way.UP);
            proxy.stall(FaultProxy.Way.DOWN);
            await().atMost(TestClient.PATIENCE).until(() -> ready(gateway) == 503);
            await().during(LONGER_THAN_THE_POOL_WAITS).atMost(TestClient.PATIENCE)
                    .until(() -> ready(gateway) == 503 && status(gateway, "/observe/health/live") == 200);
            proxy.flow();
            await().atMost(TestClient.PATIENCE.multipliedBy(2)).until(() -> ready(gateway) == 200);
        }
    }

    private static int ready(TestGateway gateway) throws IOException {
        return status(gateway, "/observe/health/ready");
    }

    /** Fails if the answer is late. */
    private static int status(TestGateway gateway, String path) throws IOException {
        HttpURLConnection question = (HttpURLConnection) URI.create("http://127.0.0.1:" + gateway.opsPort() + path)
                .toURL().openConnection();
        question.setReadTimeout(WITHIN_MILLIS);
        return question.getResponseCode();
    }
}
