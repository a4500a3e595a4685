package ulens.gateway.documents;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ulens.gateway.Gateway;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.JavaScriptClient;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestTokens;
import ulens.gateway.fixture.TokenEndpoint;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The code in docs/clients.md works as documented, in Node against a gateway, also when connections and tokens fail.
 */
@GatewayTest
class ClientSnippetsTest {
    private static TestGateway gateway;

    private final String user = "user-" + UUID.randomUUID();
    private final TokenEndpoint tokens = new TokenEndpoint(user);

    @BeforeAll
    static void start() {
        JavaScriptClient.install();
    }

    @AfterEach
    void closeTokens() {
        tokens.close();
    }

    private Page page() throws Exception {
        return new Page(gateway.port(), tokens);
    }

    @Test
    void everyBlockOfCodeIsRunHere() {
        assertThat(Page.SNIPPETS.files()).containsOnlyKeys("client.mjs", "inbox.mjs", "page.mjs", "token.mjs");
    }

    @Test
    void theBadgeCountsLiveNotifications() throws Exception {
        try (Page page = page()) {
            page.awaitShown(0);
            gateway.broker().publish(user, 1, 3);
            page.awaitAllUnread(3);
        }
    }

    @Test
    void aReadElsewhereIsShownHereAndAReadHereElsewhere() throws Exception {
        gateway.broker().publish(user, 1, 3);
        try (Page one = page();
                Page other = page()) {
            one.awaitAllUnread(3);
            other.awaitAllUnread(3);
            one.tell("read 2");
            other.awaitShown(2, Page.unread(1), Page.read(2), Page.unread(3));
            one.awaitShown(2, Page.unread(1), Page.read(2), Page.unread(3));
        }
        assertThat(gateway.database().number("select count(*) from delivery where user_id = ? and read_at is not null",
                user)).isEqualTo(1);
    }

    @Test
    void whatWasReadElsewhereDuringACutIsShownAfterIt() throws Exception {
        gateway.broker().publish(user, 1, 3);
        try (Page page = page();
                TestClient other = gateway.client(user)) {
            page.awaitAllUnread(3);
            page.network().refuse();
            other.read(1L, 3L);
            gateway.broker().publish(user, 4, 4);
            page.network().admit();
            page.awaitShown(2, Page.read(1), Page.unread(2), Page.read(3), Page.unread(4));
        }
    }

    @Test
    void cutsWhileRowsComeLeaveListAndBadgeComplete() throws Exception {
        try (Page page = page()) {
            page.awaitShown(0);
            for (int last = 100; last <= 300; last += 100) {
                Thread publisher = Thread.startVirtualThread(publishing(last));
                page.network().cut();
                publisher.join();
            }
            page.awaitAllUnread(300);
        }
    }

    private Runnable publishing(int last) {
        return () -> gateway.broker().publish(user, last - 99L, last);
    }

    @Test
    void aReadDuringACutIsSentAfterIt() throws Exception {
        gateway.broker().publish(user, 1, 2);
        try (Page page = page()) {
            page.awaitAllUnread(2);
            page.network().refuse();
            page.tell("read 1");
            page.network().admit();
            page.awaitShown(1, Page.read(1), Page.unread(2));
        }
    }

    @Test
    void aPageThatIsLookedAtAgainLearnsWhatWasReadOnAnotherNode() throws Exception {
        gateway.broker().publish(user, 1, 2);
        try (Page page = page();
                Gateway node = gateway.another();
                TestClient other = TestClient.connect(node.port(), TestTokens.of(user))) {
            page.awaitAllUnread(2);
            other.read(1L);
            page.tell("look");
            page.awaitShown(1, Page.read(1), Page.unread(2));
        }
    }

    @Test
    void aTokenEndpointThatFailsAtFirstOnlyDelaysThePage() throws Exception {
        tokens.failing(true);
        gateway.broker().publish(user, 1, 1);
        try (Page page = page()) {
            await().atMost(TestClient.PATIENCE).until(() -> tokens.failed() >= 2);
            tokens.failing(false);
            page.awaitAllUnread(1);
            page.awaitWarning("no token, trying again: status 503");
        }
    }

    @Test
    void aTokenThatEndsIsFollowedByTheNextOneWhichWasFetchedBefore() throws Exception {
        tokens.thenGive(TestTokens.of(user, Instant.now().plusSeconds(6)), 1);
        try (Page page = page()) {
            page.awaitShown(0);
            await().atMost(TestClient.PATIENCE).until(() -> tokens.given() == 2);
            tokens.failing(true);
            page.awaitWarning("the gateway says: Token expired");
            gateway.broker().publish(user, 1, 2);
            page.awaitAllUnread(2);
        }
    }

    @Test
    void aTokenEndpointThatFailsWhenTheTokenEndsOnlyDelaysThePage() throws Exception {
        tokens.thenGiveOneThatEndsAfter(3);
        gateway.broker().publish(user, 1, 1);
        try (Page page = page()) {
            page.awaitAllUnread(1);
            tokens.failing(true);
            page.awaitWarning("the gateway says: Token expired");
            gateway.broker().publish(user, 2, 2);
            tokens.failing(false);
            page.awaitAllUnread(2);
        }
    }

    @Test
    void aTokenThatIsRefusedIsFollowedByAnother() throws Exception {
        tokens.thenGive("nonsense", 3_600);
        gateway.broker().publish(user, 1, 1);
        try (Page page = page()) {
            page.awaitAllUnread(1);
            page.awaitWarning("the gateway says: Invalid token");
            assertThat(tokens.given()).isEqualTo(2);
        }
    }

    @Test
    void aTokenThatIsRefusedByAnErrorOfTheConnectionIsFollowedByAnother() throws Exception {
        tokens.thenGive("nonsense", 3_600);
        gateway.broker().publish(user, 1, 1);
        try (Gateway strict = gateway.another(Map.of("AUTH_REJECT", "connect-error"));
                Page page = new Page(strict.port(), tokens)) {
            page.awaitAllUnread(1);
            page.awaitWarning("not connected: Invalid token");
            assertThat(tokens.given()).isEqualTo(2);
        }
    }

    @Test
    void aPageThatIsRateLimitedComesBackWhenItIsTold() throws Exception {
        gateway.broker().publish(user, 1, 1);
        try (Gateway strict = gateway.another(Map.of("LIMIT_CONNECTS", "1 then 12/m"));
                Page one = new Page(strict.port(), tokens);
                Page other = new Page(strict.port(), tokens)) {
            one.awaitAllUnread(1);
            other.awaitAllUnread(1);
            String refusal = "not connected: Too many connections of this user";
            assertThat(one.warnings(refusal) + other.warnings(refusal)).isPositive();
            assertThat(tokens.given()).isEqualTo(2);
        }
    }

    @Test
    void theClientToTryShowsWhatTheDocumentShows() {
        Path folder = JavaScriptClient.folder();
        Page.SNIPPETS.write("client.mjs", folder,
                Map.of("http://localhost:3000/ws", "http://127.0.0.1:" + gateway.port() + "/ws"));
        String file = folder.resolve("client.mjs").toString();
        Map<String, String> token = Map.of("TOKEN", TestTokens.of(user));
        try (JavaScriptClient first = new JavaScriptClient(token, file)) {
            until(first, "connected", "subscribed { ok: true, unreadCount: 0 }",
                    "synced { replayed: 0, unreadCount: 0 }");
            gateway.broker().publish(user, 42, 42);
            until(first, "  id: 42,", "  message: 'Message 42',", "  sentAt: '2026-01-01T10:00:00.000Z',",
                    "  readAt: null");
            try (JavaScriptClient second = new JavaScriptClient(token, file, "42")) {
                until(second, "read {", "  ok: true,", "  notificationIds: [ 42 ],", "  unreadCount: 0");
                until(first, "read on another device {", "  notificationIds: [ 42 ],", "  unreadCount: 0");
            }
        }
    }

    @Test
    void theTokenOfTheBackendIsGood() {
        Path folder = JavaScriptClient.folder();
        Page.SNIPPETS.write("token.mjs", folder, Map.of());
        String program = "import { gatewayToken } from '" + folder.resolve("token.mjs").toUri()
                + "'; console.log('token ' + gatewayToken('" + user + "').token)";
        try (JavaScriptClient backend = new JavaScriptClient(Map.of("ACCESS_SECRET_KEY", TestTokens.SECRET),
                "--input-type=module", "-e", program)) {
            await().atMost(TestClient.PATIENCE).until(() -> !backend.all("token").isEmpty());
            try (TestClient client = TestClient.connect(gateway.port(), backend.all("token").getFirst())) {
                assertThat(client.subscribe().has("unreadCount")).isTrue();
                gateway.broker().publish(user, 1, 1);
                client.awaitIds(1);
            }
        }
    }

    private static void until(JavaScriptClient client, String... lines) {
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(client.lines()).containsAll(List.of(lines)));
    }
}
