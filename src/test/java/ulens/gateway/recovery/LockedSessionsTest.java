package ulens.gateway.recovery;

import org.junit.jupiter.api.Test;
import ulens.gateway.database.Database;
import ulens.gateway.fixture.OpenTransaction;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What is set aside because somebody else has locked very many client sessions is bounded, and nothing is lost. */
class LockedSessionsTest {
    private static final int SESSIONS = SessionWriter.MOST_LOCKED + 1_000;

    @Test
    void noMoreThanTheMostStatesAreSetAsideAndTheOthersStayUnwrittenUntilThereIsRoom() {
        try (TestDatabase schema = new TestDatabase();
                Database database = schema.open();
                SessionWriter log = new SessionWriter(new ClientSessionTable(database.client(), "node", _ -> Map.of()),
                        Duration.ofMinutes(2))) {
            List<ClientSession> sessions = IntStream.range(0, SESSIONS).mapToObj(n -> "pid-" + n)
                    .map(pid -> new ClientSession(pid, "user", pid, 1, true, 0, 0, null)).toList();
            sessions.forEach(log::write);
            await().atMost(TestClient.PATIENCE).until(() -> count(schema, "true") == SESSIONS);
            try (var _ = new OpenTransaction(schema, "select from client_session for update")) {
                sessions.forEach(session -> log.write(session.ended("transport close")));
                log.write(new ClientSession("pid-new", "user", "sid", 1, true, 0, 0, null));
                String most = SessionWriter.MOST_LOCKED + " ";
                // until there is no room, and the rest has been tried again more than once
                await().atMost(TestClient.PATIENCE).until(() -> setAside().filter(most::equals).isPresent());
                long refused = Task.failures("write-client-sessions");
                await().atMost(TestClient.PATIENCE).until(() -> Task.failures("write-client-sessions") > refused + 1);
                assertThat(setAside()).contains(most);
            }
            await().atMost(TestClient.PATIENCE).until(() -> count(schema, "disconnected_at is not null") == SESSIONS);
            await().atMost(TestClient.PATIENCE).until(() -> count(schema, "pid = 'pid-new'") == 1);
        }
    }

    /** How many there are, and a blank. */
    private static Optional<String> setAside() {
        return Task.all().stream().filter(task -> task.name().equals("write-locked-client-sessions"))
                .flatMap(task -> task.failing(Duration.ZERO).stream())
                .map(reason -> reason.substring(0, reason.indexOf(' ') + 1)).findFirst();
    }

    private static long count(TestDatabase schema, String which) {
        return schema.number("select count(*) from client_session where " + which);
    }
}
