package ulens.gateway.faults;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestServices;
import ulens.gateway.fixture.TestTokens;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * All nodes share the database. If it is away, a load balancer must not throw all of them away: their sockets stay, new
 * clients are let in, and all get their rows when the database is back.
 */
class DeadDatabaseTest {
    private enum Death {
        FROZEN(proxy -> {
            proxy.stall(FaultProxy.Way.UP);
            proxy.stall(FaultProxy.Way.DOWN);
        }), GONE(FaultProxy::refuse);

        private final Consumer<FaultProxy> cause;

        Death(Consumer<FaultProxy> cause) {
            this.cause = cause;
        }
    }

    private final String user = "user-" + UUID.randomUUID();

    @ParameterizedTest
    @EnumSource
    void theNodeKeepsItsSocketsAndTakesNewClients(Death death) {
        Matcher port = Pattern.compile("//[^/:]+:(\\d+)/").matcher(TestServices.database().jdbcUrl());
        int database = port.find() ? Integer.parseInt(port.group(1)) : 5432;
        try (FaultProxy proxy = new FaultProxy(database, new AtomicInteger());
                TestGateway gateway = new TestGateway(Map.of("DATABASE_TIMEOUT", "1s"),
                        url -> url.replaceFirst("//[^/]+/", "//127.0.0.1:" + proxy.port() + "/"));
                TestClient before = gateway.client(user)) {
            before.subscribe();
            death.cause.accept(proxy);
            await().atMost(TestClient.PATIENCE).until(() -> status(gateway, "ready") == 503);
            assertThat(status(gateway, "check/accepting")).isEqualTo(200);
            assertThat(status(gateway, "live")).isEqualTo(200);
            try (TestClient newcomer = TestClient.connect(gateway.port(), TestTokens.of(user))) {
                newcomer.socket().emit("SUBSCRIBE_NOTIFICATIONS");
                gateway.broker().publish(user, 1, 20);
                proxy.flow();
                assertThat(newcomer.awaitIds(20)).isSorted().doesNotHaveDuplicates();
                assertThat(before.awaitIds(20)).isSorted().doesNotHaveDuplicates();
                assertThat(newcomer.names()).doesNotContain("disconnect");
            }
            assertThat(before.names()).doesNotContain("disconnect");
            await().atMost(TestClient.PATIENCE.multipliedBy(2)).until(() -> status(gateway, "ready") == 200);
        }
    }

    private static int status(TestGateway gateway, String what) {
        return OpsPage.get(gateway.opsPort(), "/observe/health/" + what).status();
    }
}
