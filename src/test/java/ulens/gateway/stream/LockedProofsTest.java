package ulens.gateway.stream;

import org.junit.jupiter.api.Test;
import ulens.gateway.database.Database;
import ulens.gateway.fixture.OpenTransaction;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.work.Task;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What waits because somebody else has locked rows of many users is bounded, and what finds no room comes again. */
class LockedProofsTest {
    private static final int BEYOND = 500;
    private static final int USERS = ProofWriter.MOST_LOCKED + BEYOND;

    @Test
    void proofsOfNoMoreThanTheMostUsersWaitAndTheRowsOfThoseBeyondComeAgain() {
        try (TestDatabase schema = new TestDatabase();
                Database database = schema.open()) {
            schema.execute("insert into inbox (user_id, last_seq, unread)"
                    + " select 'user-' || n, 1, 1 from generate_series(1, ?) n", USERS + 1);
            schema.execute("insert into delivery (user_id, seq, notification_id, message, sent_at)"
                    + " select user_id, 1, 1, 'text', now() from inbox");
            DeliveryTable table = new DeliveryTable(database.client());
            List<String> users = IntStream.rangeClosed(1, USERS).mapToObj(n -> "user-" + n).toList();
            long failures = Task.failures("mark-delivered");
            String free = "user-" + (USERS + 1);
            try (ProofWriter proofs = new ProofWriter(table, new DeliveryCounts())) {
                try (var _ = new OpenTransaction(schema, "select from delivery where user_id <> ? for update", free)) {
                    prove(proofs, table, users);
                    prove(proofs, table, List.of(free));
                    await().atMost(TestClient.PATIENCE).until(() -> delivered(schema) == 1);
                }
                await().atMost(TestClient.PATIENCE).until(() -> delivered(schema) > ProofWriter.MOST_LOCKED);
                assertThat(delivered(schema)).isEqualTo(ProofWriter.MOST_LOCKED + 1);
                prove(proofs, table, users);
                await().atMost(TestClient.PATIENCE).until(() -> delivered(schema) == USERS + 1);
                assertThat(Task.failures("mark-delivered")).as("statements past their time limit").isEqualTo(failures);
            }
        }
    }

    private static void prove(ProofWriter proofs, DeliveryTable table, Collection<String> users) {
        Map<String, Head> heads = table.heads(users);
        users.forEach(user -> proofs.add(new Proof(user, heads.get(user).generation(), 0, 1)));
    }

    private static long delivered(TestDatabase schema) {
        return schema.number("select count(delivered_at) from delivery");
    }
}
