package ulens.gateway.engineio;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.engineio.request.PeerRules;
import ulens.gateway.limits.Rate;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A page of another origin that sends cookies along ({@code withCredentials: true}, for the stickiness of a load
 * balancer) gets every answer, errors included: a browser hides what lacks the headers and tells its page nothing.
 */
class CrossOriginTest {
    private static final String ORIGIN = "Origin: https://app.example";

    private final TestServer any = server(Set.of("*"), Rate.UNLIMITED);
    private final TestServer listed = server(Set.of("https://app.example"), Rate.UNLIMITED);

    private static TestServer server(Set<String> origins, Rate requests) {
        return new TestServer(
                EngineConfig.defaults(TestServer.PATH)
                        .with(new EngineConfig.Heartbeat(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ZERO))
                        .with(new EngineConfig.Limits(1_000, 100, 3, 1_000)).withOrigins(origins)
                        .with(new PeerRules(PeerRules.NONE.addresses(), false, Rate.UNLIMITED, requests)),
                TestServer.Echo::new);
    }

    @AfterEach
    void stop() {
        any.close();
        listed.close();
    }

    @Test
    void pollsAndPostsOfAnAllowedOriginAreOpenToIt() throws Exception {
        for (TestServer server : new TestServer[] { any, listed }) {
            var opened = RawHttp.get(server.port(), RawHttp.POLLING, ORIGIN);
            assertThat(opened.status()).isEqualTo(200);
            assertOpen(opened.headers());
            String session = RawHttp.POLLING + "&sid=" + opened.sid();
            assertOpen(RawHttp.once(server.port(), "POST", session, "4x", ORIGIN).headers());
            var preflight = RawHttp.once(server.port(), "OPTIONS", session, null, ORIGIN,
                    "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type");
            assertThat(preflight.status()).isEqualTo(204);
            assertOpen(preflight.headers());
            assertThat(preflight.headers()).containsEntry("access-control-allow-methods", "GET,POST")
                    .containsEntry("access-control-allow-headers", "content-type");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "EIO=4&transport=polling&sid=unknown", "EIO=3&transport=polling", "EIO=4&transport=smoke",
            "EIO=4&transport=websocket", "" })
    void soAreRefusals(String query) throws Exception {
        var refused = RawHttp.get(any.port(), query, ORIGIN);
        assertThat(refused.status()).isEqualTo(400);
        assertOpen(refused.headers());
    }

    @Test
    void soIsABodyThatIsTooLarge() throws Exception {
        String session = RawHttp.POLLING + "&sid=" + RawHttp.open(any.port());
        var announced = RawHttp.once(any.port(), "POST", session, "4" + "x".repeat(2_000), ORIGIN);
        assertThat(announced.status()).isEqualTo(413);
        assertOpen(announced.headers());
        String another = RawHttp.POLLING + "&sid=" + RawHttp.open(any.port());
        try (RawHttp http = new RawHttp(any.port())) {
            http.send("POST", another, null, ORIGIN, "Content-Length: 5000000");
            var early = http.answer();
            assertThat(early.status()).isEqualTo(413);
            assertOpen(early.headers());
        }
    }

    @Test
    void soIsAServerThatIsFull() throws Exception {
        for (int i = 0; i < 3; i++) {
            RawHttp.open(any.port());
        }
        var full = RawHttp.get(any.port(), RawHttp.POLLING, ORIGIN);
        assertThat(full.status()).isEqualTo(503);
        assertOpen(full.headers());
    }

    @Test
    void soIsAPeerThatAsksTooOften() throws Exception {
        try (TestServer limited = server(Set.of("*"), new Rate(1, Duration.ofHours(1).toNanos()))) {
            RawHttp.open(limited.port());
            var often = RawHttp.get(limited.port(), RawHttp.POLLING, ORIGIN);
            assertThat(often.status()).isEqualTo(429);
            assertOpen(often.headers());
            assertThat(often.headers()).containsEntry("retry-after", "3600");
        }
    }

    @Test
    void anotherOriginIsToldNothing() throws Exception {
        for (String method : new String[] { "GET", "OPTIONS" }) {
            var refused = RawHttp.once(listed.port(), method, RawHttp.POLLING, null, "Origin: https://evil.example");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.headers()).doesNotContainKeys("access-control-allow-origin",
                    "access-control-allow-credentials");
        }
    }

    private static void assertOpen(Map<String, String> headers) {
        assertThat(headers).containsEntry("access-control-allow-origin", "https://app.example")
                .containsEntry("access-control-allow-credentials", "true").containsEntry("vary", "Origin");
    }
}
