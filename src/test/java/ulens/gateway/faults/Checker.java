package ulens.gateway.faults;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares the ledger, the table, the clients' logs and the read events on the broker. */
final class Checker {
    private static final long MICROS = 1_000;
    private static final int MOST_PROBLEMS = 20;

    /** The problems and the counts. */
    record Verdict(long lost, long duplicates, List<String> problems) {
        void throwIfBroken(String name, GatewayProcess gateway) {
            if (!problems.isEmpty()) {
                List<String> log = gateway.log();
                throw new AssertionError(
                        name + ": " + String.join("\n  ", problems.subList(0, Math.min(problems.size(), MOST_PROBLEMS)))
                                + "\nlast words of the gateway:\n"
                                + String.join("\n", log.subList(Math.max(0, log.size() - 40), log.size())));
            }
        }
    }

    private record Row(String user, long seq, Instant deliveredAt, Instant readAt) {
    }

    private final Stage stage;
    private final List<String> problems = new ArrayList<>();

    Checker(Stage stage) {
        this.stage = stage;
    }

    Verdict check(long expectedDeadLetters, Map<Long, Instant> otherReceived) {
        Map<Long, Row> table = table();
        long lost = lost(table);
        long duplicates = 0;
        for (LoggedClient client : stage.clients) {
            duplicates += log(client, table);
        }
        deliveredOnlyAfterReceipt(table, otherReceived);
        receipts(table);
        long mismatches = stage.database.number("select count(*) from " + stage.schema + ".unread_mismatch");
        require(mismatches == 0, mismatches + " users have a wrong unread count");
        long dead = stage.receipts.count(stage.queue + ".dlq");
        require(dead == expectedDeadLetters, dead + " dead letters instead of " + expectedDeadLetters);
        return new Verdict(lost, duplicates, problems);
    }

    private Map<Long, Row> table() {
        Map<Long, Row> rows = new HashMap<>();
        for (List<String> row : stage.database
                .query("select notification_id, user_id, seq, delivered_at at time zone 'UTC', read_at from "
                        + stage.schema + ".delivery")) {
            Row former = rows.put(Long.parseLong(row.get(0)), new Row(row.get(1), Long.parseLong(row.get(2)),
                    utc(row.get(3)), row.get(4) == null ? null : Instant.EPOCH));
            require(former == null, "two rows of notification " + row.get(0));
        }
        return rows;
    }

    private static Instant utc(String text) {
        return text == null ? null : Timestamp.valueOf(text).toLocalDateTime().toInstant(java.time.ZoneOffset.UTC);
    }

    private long lost(Map<Long, Row> table) {
        long lost = 0;
        for (String user : stage.ledger.users()) {
            for (long id : stage.ledger.of(user)) {
                Row row = table.get(id);
                boolean missing = row == null || !row.user().equals(user);
                for (LoggedClient client : stage.clients) {
                    missing |= client.user().equals(user) && !client.hasSeen(List.of(id));
                }
                lost += missing ? 1 : 0;
                require(!missing, "lost: notification " + id + " of " + user + (row == null ? ", no row" : ""));
            }
        }
        return lost;
    }

    /** Checks one client's log; returns how often it got a row again. */
    private long log(LoggedClient client, Map<Long, Row> table) {
        Set<Long> own = new HashSet<>(stage.ledger.of(client.user()));
        Map<Integer, Long> lastSeq = new HashMap<>();
        Set<Long> seen = new HashSet<>();
        long duplicates = 0;
        for (LoggedClient.Seen one : client.log()) {
            Row row = table.get(one.id());
            if (row == null || !row.user().equals(client.user())) {
                problems.add(client.user() + " was shown " + one.id() + ", which is not its own row");
                continue;
            }
            require(own.contains(one.id()), one.id() + " was never published");
            long last = lastSeq.getOrDefault(one.connection(), 0L);
            // a row twice on one connection is out of order as well: a row may come again only after a cut
            require(row.seq() > last,
                    client.user() + " got seq " + row.seq() + " after " + last + " on one connection");
            lastSeq.put(one.connection(), row.seq());
            duplicates += seen.add(one.id()) ? 0 : 1;
        }
        require(duplicates == 0 || client.connections() > 1, "duplicates without a cut");
        return duplicates;
    }

    private void deliveredOnlyAfterReceipt(Map<Long, Row> table, Map<Long, Instant> otherReceived) {
        Map<Long, Instant> first = new HashMap<>(otherReceived);
        for (LoggedClient client : stage.clients) {
            for (LoggedClient.Seen one : client.log()) {
                first.merge(one.id(), one.at(), (a, b) -> a.isBefore(b) ? a : b);
            }
        }
        table.forEach((id, row) -> {
            if (row.deliveredAt() != null) {
                Instant witness = first.get(id);
                require(witness != null, id + " is marked delivered, but no client has it");
                // the database counts in microseconds, the client in nanoseconds
                require(witness == null || !row.deliveredAt().isBefore(witness.minusNanos(MICROS)),
                        id + " was marked delivered at " + row.deliveredAt() + ", received at " + witness);
            }
        });
    }

    private void receipts(Map<Long, Row> table) {
        Set<Long> read = new HashSet<>();
        table.forEach((id, row) -> {
            if (row.readAt() != null) {
                read.add(id);
            }
        });
        Set<Long> acked = new HashSet<>();
        stage.clients.forEach(client -> acked.addAll(client.acked()));
        Set<Long> published = stage.receipts.distinctIds();
        require(published.equals(read), "on the broker " + published.size() + " read, in the table " + read.size());
        require(read.containsAll(acked), "a read that was acked is not in the table");
        require(stage.receipts.ids().size() == published.size(), "one read became two events");
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            problems.add(otherwise);
        }
    }
}
