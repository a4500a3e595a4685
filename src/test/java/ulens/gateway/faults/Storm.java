package ulens.gateway.faults;

import ulens.gateway.fixture.TestTokens;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.awaitility.Awaitility.await;

/** Many users at once, each on a small client of few bytes: the official one needs threads of its own. */
final class Storm implements AutoCloseable {
    private static final Pattern ROW = Pattern.compile("42/ws,\\[\"NEW_NOTIFICATION\",\\{\"id\":(\\d+),.*");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Stage stage;
    private final List<WebSocket> sockets = new CopyOnWriteArrayList<>();
    private final Map<String, Set<Long>> seen = new ConcurrentHashMap<>();
    private final Map<Long, Instant> received = new ConcurrentHashMap<>();
    private final AtomicInteger synced = new AtomicInteger();
    private final AtomicLong duplicates = new AtomicLong();
    private final List<String> outOfOrder = new CopyOnWriteArrayList<>();

    Storm(Stage stage) {
        this.stage = stage;
        stage.ledger.users().forEach(user -> seen.put(user, ConcurrentHashMap.newKeySet()));
    }

    void connectAll() {
        synced.set(0);
        sockets.clear();
        URI uri = URI.create("ws://127.0.0.1:" + stage.toGateway.port() + "/socket.io/?EIO=4&transport=websocket");
        for (String user : stage.ledger.users()) {
            http.newWebSocketBuilder().buildAsync(uri, new Light(user)).thenAccept(sockets::add);
        }
    }

    void awaitSynced() {
        await().atMost(Stage.PATIENCE).until(() -> synced.get() == stage.ledger.users().size());
    }

    List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (String user : stage.ledger.users()) {
            Set<Long> left = new HashSet<>(stage.ledger.of(user));
            left.removeAll(seen.get(user));
            if (!left.isEmpty()) {
                missing.add(user + " lacks " + left.size());
            }
        }
        return missing;
    }

    List<String> outOfOrder() {
        return outOfOrder;
    }

    long duplicates() {
        return duplicates.get();
    }

    Map<Long, Instant> receivedAt() {
        return received;
    }

    @Override
    public void close() {
        sockets.forEach(WebSocket::abort);
        http.shutdownNow();
    }

    private final class Light implements WebSocket.Listener {
        private final String user;
        private final StringBuilder part = new StringBuilder();
        private long last;

        private Light(String user) {
            this.user = user;
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean complete) {
            part.append(data);
            if (complete) {
                String message = part.toString();
                part.setLength(0);
                take(from, message);
            }
            from.request(1);
            return null;
        }

        private void take(WebSocket from, String message) {
            Matcher row = ROW.matcher(message);
            if (row.matches()) {
                row(Long.parseLong(row.group(1)));
            } else if (message.equals("2")) {
                from.sendText("3", true);
            } else if (message.startsWith("0")) {
                from.sendText("40/ws,{\"token\":\"" + TestTokens.of(user) + "\"}", true);
            } else if (message.startsWith("40/ws")) {
                from.sendText("42/ws,[\"SUBSCRIBE_NOTIFICATIONS\"]", true);
            } else if (message.startsWith("42/ws,[\"NOTIFICATIONS_SYNCED\"")) {
                synced.incrementAndGet();
            }
        }

        private void row(long id) {
            if (id <= last || !stage.ledger.mine(user, id)) {
                outOfOrder.add(user + " got " + id + " after " + last);
            }
            last = id;
            received.putIfAbsent(id, Instant.now());
            if (!seen.get(user).add(id)) {
                duplicates.incrementAndGet();
            }
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            // cut on purpose
        }
    }
}
