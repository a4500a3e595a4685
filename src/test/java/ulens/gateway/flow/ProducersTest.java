package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;
import ulens.gateway.intake.event.DocumentedReasons;
import ulens.gateway.intake.event.RandomEvents;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Events as producers in many languages write them are stored, pushed and replayed. */
@GatewayTest
class ProducersTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long SEED = 20_261;
    private static TestGateway gateway;

    @Test
    void theLiveRowAndItsReplaySayTheSame() throws Exception {
        String user = "user-" + UUID.randomUUID();
        double unreadable = count("gateway_times_unreadable_total{field=\"readAt\"");
        List<String> fields = List.of("'message':'cut \\ud83d, \\u0000','sentAt':'2026-01-01 10:00:00'",
                "'message':'\\ud83d\\ude00','sentAt':1767261600.123456789,'metadata':{'\\ud83d':['\\u0000','\\ud83d\\ude00'],'n':1}",
                "'message':'BC','sentAt':'-004712-01-01T00:00:00Z','metadata':'\\ude00'",
                "'message':'far','sentAt':'+275760-09-13T00:00:00.000Z','readAt':'+012345-06-07T08:09:10.123456Z'",
                "'message':'zone','sentAt':'2026-07-01T10:00:00[Europe/Paris]','readAt':'never'",
                "'message':'mongo','sentAt':{'$date':{'$numberLong':'1767261600000'}},'readAt':{'$date':1767261600000}",
                "'message':'deep','unknown':" + "[".repeat(1_001) + "]".repeat(1_001) + ",'" + "n".repeat(50_001)
                        + "':0,'x':" + "7".repeat(1_001) + ",'sentAt':0",
                "'message':7,'message':'last','sentAt':'0001-01-01T00:00:00Z'");
        List<JsonNode> live = new ArrayList<>();
        List<JsonNode> replayed = new ArrayList<>();
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            for (int id = 1; id <= fields.size(); id++) {
                publish("{'userId':'" + user + "','notificationId':'" + id + "'," + fields.get(id - 1) + "}");
            }
            client.awaitIds(fields.size());
            // while the client is on line: one that leaves at once has proved nothing
            await().atMost(TestClient.PATIENCE).until(() -> gateway.database()
                    .number("select count(*) from delivery where user_id = ? and delivered_at is null", user) == 0);
            for (TestClient.Heard heard : client.all("NEW_NOTIFICATION")) {
                live.add(JSON.readTree(heard.json().toString()));
            }
        }
        gateway.database().execute("update delivery set delivered_at = null where user_id = ?", user);
        try (TestClient client = gateway.client(user)) {
            client.subscribe();
            client.awaitIds(fields.size());
            for (TestClient.Heard heard : client.all("NEW_NOTIFICATION")) {
                replayed.add(JSON.readTree(heard.json().toString()));
            }
        }
        assertThat(replayed).isEqualTo(live);
        assertThat(live.stream().map(row -> row.get("sentAt").stringValue())).containsExactly(
                "2026-01-01T10:00:00.000Z", "2026-01-01T10:00:00.123Z", "-004712-01-01T00:00:00.000Z",
                "+275760-09-13T00:00:00.000Z", "2026-07-01T08:00:00.000Z", "2026-01-01T10:00:00.000Z",
                "1970-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z");
        assertThat(live.stream().map(row -> row.get("readAt").asString("null"))).containsExactly("null", "null", "null",
                "+012345-06-07T08:09:10.123Z", "null", "2026-01-01T10:00:00.000Z", "null", "null");
        assertThat(live.get(0).get("message").stringValue()).isEqualTo("cut \uFFFD, \uFFFD");
        assertThat(live.get(1).get("metadata").toString())
                .isEqualTo("{\"\uFFFD\":[\"\uFFFD\",\"\uD83D\uDE00\"],\"n\":1}");
        assertThat(count("gateway_times_unreadable_total{field=\"readAt\"")).isEqualTo(unreadable + 1);
    }

    /** An integer, its decimal text, and both in a token's claim mean the same user. */
    @Test
    void aUserWhoIsANumberIsTheUserOfItsText() {
        long user = 4_000_000_000_000_000_000L + UUID.randomUUID().getLeastSignificantBits() % 1_000_000_000L;
        try (TestClient client = TestClient.connect(gateway.port(), TestTokens.signed("{\"userId\":" + user + "}"))) {
            client.subscribe();
            publish("{'userId':" + user + ",'notificationId':1,'message':'m'}");
            publish("{'userId':'" + user + "','notificationId':2.0,'message':'m'}");
            publish("\uFEFF{'userId':" + user + ".0,'notificationId':0.3e1,'message':'m'}");
            assertThat(client.awaitIds(3)).containsExactly(1L, 2L, 3L);
        }
        assertThat(gateway.database().column("select notification_id from delivery where user_id = ? order by seq",
                Long.toString(user))).containsExactly("1", "2", "3");
    }

    /** 500 bodies, half of them good: each is stored or dead-lettered for a documented reason, and none comes again. */
    @Test
    void whateverIsPublishedIsStoredOrDeadLetteredAtOnce() {
        String user = "fuzz-" + UUID.randomUUID();
        double settled = settled();
        double dead = count("gateway_messages_dead_lettered_total");
        RandomEvents events = new RandomEvents(SEED);
        List<byte[]> bodies = new ArrayList<>();
        for (int id = 1; id <= 250; id++) {
            bodies.add(events.good(user, id));
            bodies.add(id % 4 == 0 ? events.noise() : events.mutated(user, 1_000 + id));
        }
        gateway.broker().publish(bodies);
        await().atMost(TestClient.PATIENCE).until(() -> settled() == settled + 500);
        DocumentedReasons documented = new DocumentedReasons();
        for (double letter = count("gateway_messages_dead_lettered_total") - dead; letter > 0; letter--) {
            String reason = gateway.broker().deadLetter().getProps().getHeaders().get("x-error").toString();
            assertThat(documented.include(reason)).as("seed " + SEED + ": " + reason).isTrue();
        }
        assertThat(count("gateway_messages_retried_total")).isZero();
        assertThat(gateway.broker().count(gateway.broker().retryQueue())).isZero();
        assertThat(gateway.broker().count(gateway.broker().queue())).isZero();
        assertThat(gateway.database()
                .number("select count(*) from delivery where user_id = ? and notification_id between 1 and 250", user))
                        .isEqualTo(250);
    }

    private static double settled() {
        return count("gateway_messages_stored_total") + count("gateway_messages_duplicate_total")
                + count("gateway_messages_dead_lettered_total") + count("gateway_messages_retried_total");
    }

    private static double count(String metric) {
        return OpsPage.metric(gateway.opsPort(), metric);
    }

    private static void publish(String event) {
        gateway.broker().publish(event.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Map.of());
    }
}
