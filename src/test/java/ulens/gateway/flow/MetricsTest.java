package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestGateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Dashboards and alerts of operators depend on the metrics, which must not change unnoticed. */
class MetricsTest {
    private static final Path LIST = Path.of("src", "test", "resources", "metrics.txt");

    @Test
    void namesTypesTagsAndDescriptionsAreThoseOfTheList() throws IOException {
        try (TestGateway gateway = new TestGateway()) {
            List<String> shown = OpsPage.get(gateway.opsPort(), "/observe/metrics").body().lines()
                    .filter(line -> line.matches("(# \\w+ )?gateway_.*"))
                    // one for each kind of background work; their names are not guaranteed
                    .filter(line -> !line.startsWith("gateway_task_failures"))
                    .map(line -> line.startsWith("#") ? line : line.substring(0, line.lastIndexOf(' '))).distinct()
                    .sorted().toList();
            assertThat(shown).isEqualTo(Files.readAllLines(LIST));
        }
    }

    @Test
    void everyKindOfBackgroundWorkHasItsCounterOfFailures() {
        try (TestGateway gateway = new TestGateway()) {
            assertThat(OpsPage.get(gateway.opsPort(), "/observe/metrics").body()).contains(
                    "gateway_task_failures_total{scope=\"application\",task=\"sweep\"",
                    "gateway_task_failures_total{scope=\"application\",task=\"publish-outbox\"");
        }
    }
}
