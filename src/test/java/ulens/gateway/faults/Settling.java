package ulens.gateway.faults;

import org.awaitility.core.ConditionTimeoutException;

import java.util.HashSet;
import java.util.Set;

/** Waits until nothing is in progress any more. What does not settle in time is printed, and left to the checker. */
final class Settling {
    private final Stage stage;
    private final long deadLetters;
    private volatile String missing = "";

    Settling(Stage stage, long deadLetters) {
        this.stage = stage;
        this.deadLetters = deadLetters;
    }

    void await() {
        try {
            org.awaitility.Awaitility.await().atMost(Stage.PATIENCE).ignoreExceptions().until(this::quiet);
        } catch (ConditionTimeoutException _) {
            System.out.println("not settled: " + missing);
            stage.clients.forEach(client -> System.out
                    .println(client.user() + " connections " + client.connections() + " " + client.farewells()));
            stage.gateway.log().stream().skip(Math.max(0, stage.gateway.log().size() - 60))
                    .forEach(System.out::println);
        }
    }

    private boolean quiet() {
        missing = whatIsMissing();
        return missing.isEmpty();
    }

    private String whatIsMissing() {
        long rows = stage.rows();
        if (rows < stage.ledger.size()) {
            return "rows " + rows + " of " + stage.ledger.size();
        }
        for (LoggedClient client : stage.clients) {
            if (!client.connected()) {
                return "client of " + client.user() + " is not back yet";
            }
            if (!client.hasSeen(stage.ledger.of(client.user()))) {
                return "client of " + client.user() + " has not seen everything";
            }
            for (long id : unanswered(client)) {
                client.read(id);
            }
            if (!unanswered(client).isEmpty()) {
                return "reads of " + client.user() + " are not acked";
            }
        }
        long open = stage.database.number("select count(*) from " + stage.schema
                + ".delivery where delivered_at is null and user_id in (" + onLine() + ")");
        if (open > 0) {
            return open + " rows are not marked delivered";
        }
        long waiting = stage.database.number("select count(*) from " + stage.schema + ".outbox");
        long read = stage.database
                .number("select count(*) from " + stage.schema + ".delivery where read_at is not null");
        if (waiting > 0 || stage.receipts.distinctIds().size() < read) {
            return waiting + " in the outbox, read " + read + ", on the broker " + stage.receipts.distinctIds().size();
        }
        long dead = stage.receipts.count(stage.queue + ".dlq");
        long left = stage.receipts.count(stage.queue);
        return dead == deadLetters && left == 0 ? "" : dead + " dead letters, " + left + " in the queue";
    }

    private static Set<Long> unanswered(LoggedClient client) {
        Set<Long> open = new HashSet<>(client.requested());
        open.removeAll(client.acked());
        return open;
    }

    private String onLine() {
        String users = String.join(",",
                stage.clients.stream().filter(LoggedClient::connected).map(one -> "'" + one.user() + "'").toList());
        return users.isEmpty() ? "''" : users;
    }
}
