package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.RawSocket;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A client over a limit gets the reason, costs little, and does not affect others. */
@GatewayTest({ "LIMIT_CONNECTS=20 then 1/h", "LIMIT_AUTHENTICATION_FAILURES=5 then 1/h", "LIMIT_SOCKETS_PER_USER=4",
        "LIMIT_EVENTS=50 then 1/h", "LIMIT_SUBSCRIBES=3 then 1/h", "LIMIT_READS=3 then 1/h",
        "AUTH_REJECT=connect-error" })
class RateLimitsTest {
    private static final String BAD = "40/ws,{\"token\":\"no token\"}";

    private static TestGateway gateway;

    private final String user = "user-" + UUID.randomUUID();

    @Test
    void aUserWhoConnectsOverAndOverIsRefusedWithAReasonAndWritesNoRows() {
        String connect = "40/ws," + auth(user);
        try (RawSocket flood = new RawSocket(gateway.port());
                RawSocket bystander = connected("other-" + user)) {
            for (int i = 0; i <= 20; i++) {
                flood.sendUnlessClosed(connect);
                flood.sendUnlessClosed("41/ws,");
            }
            assertThat(flood.next("44/ws,")).contains("Too many connections of this user", "\"code\":\"RATE_LIMITED\"",
                    "\"retryAfter\":3600");
            await().atMost(TestClient.PATIENCE).until(flood::closed);
            assertThat(flood.all("40/ws,")).hasSize(20);
            assertThat(bystander.closed()).isFalse();
        }
        subscribed("witness-" + user).close();
        awaitRowsOf("witness-" + user, 1);
        awaitRowsOf(user, 0);
        assertThat(metric("gateway_limited_connects_total")).isPositive();
    }

    @Test
    void oneUserHasOnlySoManySocketsAtATime() {
        List<RawSocket> open = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            open.add(connected(user));
        }
        try (RawSocket fifth = new RawSocket(gateway.port())) {
            fifth.send("40/ws," + auth(user));
            assertThat(fifth.next("44/ws,")).contains("RATE_LIMITED");
        }
        connected("other-" + user).close();
        open.removeFirst().close();
        await().atMost(TestClient.PATIENCE)
                .until(() -> OpsPage.metric(gateway.opsPort(), "gateway_users_online") > 0 && canConnect());
        open.forEach(RawSocket::close);
    }

    private boolean canConnect() {
        try (RawSocket again = new RawSocket(gateway.port())) {
            again.send("40/ws," + auth(user));
            await().atMost(TestClient.PATIENCE)
                    .until(() -> !again.all("40/ws,").isEmpty() || !again.all("44/ws,").isEmpty());
            return !again.all("40/ws,").isEmpty();
        }
    }

    @Test
    void whoGuessesTokensIsCutOffAndAGoodTokenOfTheSameAddressComesIn() {
        try (RawSocket guesser = new RawSocket(gateway.port())) {
            for (int i = 0; i <= 5; i++) {
                guesser.sendUnlessClosed(BAD);
            }
            await().atMost(TestClient.PATIENCE).until(guesser::closed);
            assertThat(guesser.all("44/ws,")).hasSizeBetween(1, 6).last().asString()
                    .contains("Too many failed authentications", "RATE_LIMITED");
        }
        connected(user).close();
        assertThat(metric("gateway_limited_authentications_total")).isPositive();
    }

    @Test
    void aSocketThatAsksTooOftenIsAnsweredSoAndStillGetsItsNotifications() {
        try (RawSocket socket = subscribed(user)) {
            for (int id = 1; id <= 5; id++) {
                socket.send("42/ws," + id + "[\"SUBSCRIBE_NOTIFICATIONS\"]");
                socket.send("42/ws,1" + id + "[\"READ_NOTIFICATIONS\",{\"notificationIds\":[1]}]");
            }
            assertThat(socket.next("43/ws,5")).contains("\"ok\":false", "RATE_LIMITED", "SUBSCRIBE_NOTIFICATIONS");
            assertThat(socket.next("43/ws,15")).contains("\"ok\":false", "RATE_LIMITED", "READ_NOTIFICATIONS");
            assertThat(socket.next("43/ws,2")).contains("\"ok\":true");
            for (int i = 0; i < 60; i++) {
                socket.send("42/ws,[\"NOBODY_LISTENS_TO_THIS\"]");
            }
            socket.send("42/ws,99[\"NOBODY_LISTENS_TO_THIS\"]");
            assertThat(socket.next("43/ws,99")).contains("RATE_LIMITED", "too many events");
            assertThat(socket.all("42/ws,[\"ERROR\"")).as("not one complaint for each").hasSizeBetween(1, 10);
            gateway.broker().publish(user, 1, 3);
            await().atMost(TestClient.PATIENCE)
                    .until(() -> socket.all("42/ws,[\"NEW_NOTIFICATION\"").size() == 3 && !socket.closed());
        }
        assertThat(metric("gateway_limited_events_total")).isPositive();
    }

    private static void awaitRowsOf(String user, long rows) {
        await().atMost(TestClient.PATIENCE).until(
                () -> gateway.database().number("select count(*) from client_session where user_id = ?", user) == rows);
    }

    private static RawSocket connected(String user) {
        return RawSocket.connect(gateway.port(), auth(user));
    }

    private static RawSocket subscribed(String user) {
        RawSocket raw = connected(user);
        raw.send("42/ws,1[\"SUBSCRIBE_NOTIFICATIONS\"]");
        raw.next("42/ws,[\"NOTIFICATIONS_SYNCED\"");
        return raw;
    }

    private static String auth(String user) {
        return "{\"token\":\"" + TestTokens.of(user) + "\"}";
    }

    private static double metric(String name) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            String all = http.send(HttpRequest
                    .newBuilder(URI.create("http://127.0.0.1:" + gateway.opsPort() + "/observe/metrics")).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
            Matcher line = Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? (\\S+)").matcher(all);
            assertThat(line.find()).as(name).isTrue();
            return Double.parseDouble(line.group(1));
        } catch (java.io.IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
