package ulens.gateway.ops;

import io.helidon.http.Status;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.testing.junit5.ServerTest;
import io.helidon.webserver.testing.junit5.SetUpServer;
import io.helidon.webserver.testing.junit5.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ulens.gateway.config.HealthConfig;
import ulens.gateway.http.FrontDoor;
import ulens.gateway.http.HttpLimits;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import static org.assertj.core.api.Assertions.assertThat;

/** What a load balancer and an operator ask, and what they are told for each thing that may be wrong. */
@ServerTest
class OperationsPortTest {
    private static final Map<String, Boolean> WRONG = new ConcurrentHashMap<>();

    private final Http1Client clients;
    private final Http1Client operators;

    OperationsPortTest(Http1Client clients, @Socket("operations") Http1Client operators) {
        this.clients = clients;
        this.operators = operators;
    }

    @SetUpServer
    static void server(WebServerConfig.Builder server) {
        OperationsPort.attach(server, List.of("localhost"), 0, List.of(),
                new FrontDoor("operations", HttpLimits.defaults()),
                new Health(new HealthConfig(Duration.ofDays(1), Duration.ZERO)).observer(
                        () -> WRONG.containsKey("accepting"), () -> !WRONG.containsKey("database"),
                        () -> !WRONG.containsKey("broker"), () -> !WRONG.containsKey("intake")));
    }

    @AfterEach
    void mend() {
        WRONG.clear();
    }

    @ParameterizedTest
    @CsvSource({ "/observe/health, UP", "/observe/health/ready, UP", "/observe/health/live, UP" })
    void allIsWell(String path, String state) {
        var answer = operators.get(path).request(String.class);
        assertThat(answer.status()).isEqualTo(Status.OK_200);
        assertThat(answer.entity()).contains("\"status\":\"" + state + "\"");
    }

    @ParameterizedTest
    @CsvSource({ "accepting", "database", "broker", "intake" })
    void whatIsMissingMakesItNotReadyAndIsNamedAndItStillLives(String check) {
        WRONG.put(check, true);
        var ready = operators.get("/observe/health/ready").request(String.class);
        assertThat(ready.status()).isEqualTo(Status.SERVICE_UNAVAILABLE_503);
        assertThat(ready.entity()).containsPattern("\"name\":\"" + check + "\",\"status\":\"DOWN\"");
        assertThat(operators.get("/observe/health/live").request(String.class).status()).isEqualTo(Status.OK_200);
    }

    @ParameterizedTest
    @CsvSource({ "accepting, 503", "database, 200", "broker, 200", "intake, 200" })
    void onlyAStopMakesItRefuseNewClients(String check, int status) {
        WRONG.put(check, true);
        assertThat(operators.get("/observe/health/check/accepting").request(String.class).status().code())
                .isEqualTo(status);
    }

    @Test
    void workThatFailsForLongIsNamedWithItsReasonAndItStaysReady() {
        try (Task task = Task.of(System.getLogger("test"), "", "deliveries of the test")) {
            task.failed("permission denied");
            var ready = operators.get("/observe/health/ready").request(String.class);
            assertThat(ready.status()).isEqualTo(Status.OK_200);
            assertThat(ready.entity()).contains("DEGRADED").contains("deliveries of the test")
                    .contains("permission denied");
        }
        assertThat(operators.get("/observe/health/ready").request(String.class).entity())
                .doesNotContain("deliveries of the test");
    }

    @Test
    void metricsAreInTheFormatOfPrometheus() {
        var answer = operators.get("/observe/metrics").request(String.class);
        assertThat(answer.status()).isEqualTo(Status.OK_200);
        assertThat(answer.headers().contentType().orElseThrow().text()).startsWith("text/plain");
    }

    @ParameterizedTest
    @CsvSource({ "/observe/health", "/observe/metrics", "/observe", "/x/..;/observe/health" })
    void thePublicPortHasNoRouteToIt(String path) {
        assertThat(clients.get(path).skipUriEncoding(true).request(String.class).status())
                .isEqualTo(Status.NOT_FOUND_404);
    }
}
