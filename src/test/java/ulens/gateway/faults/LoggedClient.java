package ulens.gateway.faults;

import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import ulens.gateway.fixture.TestTokens;

import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The official client of one user, which reconnects by itself, subscribes each time, and logs the notifications that it
 * gets.
 */
final class LoggedClient implements AutoCloseable {
    /** A notification, with the connection and the time at which it came. */
    record Seen(int connection, long id, Instant at) {
    }

    private final String user;
    private final Socket socket;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<Seen> log = new CopyOnWriteArrayList<>();
    private final Set<Long> ids = ConcurrentHashMap.newKeySet();
    private final Set<Long> requested = ConcurrentHashMap.newKeySet();
    private final Set<Long> acked = ConcurrentHashMap.newKeySet();
    private final List<String> farewells = new CopyOnWriteArrayList<>();
    private volatile int readEvery;

    LoggedClient(int port, String user, Map<String, String> extraAuth) {
        this.user = user;
        Map<String, String> auth = new HashMap<>(extraAuth);
        auth.put("token", TestTokens.of(user, Instant.now().plusSeconds(36_000)));
        this.socket = IO.socket(URI.create("http://127.0.0.1:" + port + "/ws"),
                IO.Options.builder().setTransports(new String[] { "websocket" }).setForceNew(true)
                        .setReconnectionDelay(50).setReconnectionDelayMax(500).setTimeout(5_000).setAuth(auth).build());
        socket.on(Socket.EVENT_CONNECT, _ -> {
            connections.incrementAndGet();
            socket.emit("SUBSCRIBE_NOTIFICATIONS");
        });
        socket.on(Socket.EVENT_DISCONNECT, args -> {
            farewells.add(String.valueOf(args[0]));
            if ("io server disconnect".equals(args[0])) {
                // the stock client does not reconnect by itself for this reason
                socket.connect();
            }
        });
        socket.on("NEW_NOTIFICATION", this::take);
        socket.connect();
    }

    /** Marks every n-th notification as read. */
    LoggedClient readingEvery(int n) {
        readEvery = n;
        return this;
    }

    private void take(Object[] args) {
        Instant now = Instant.now();
        long id = ((Number) ((JSONObject) args[0]).opt("id")).longValue();
        log.add(new Seen(connections.get(), id, now));
        boolean isNew = ids.add(id);
        if (args[args.length - 1] instanceof Ack ack) {
            ack.call();
        }
        if (readEvery > 0 && (isNew || requested.contains(id)) && id % readEvery == 0) {
            read(id);
        }
    }

    /** Marks a notification as read; if the answer is lost, it is tried again when the row comes again. */
    void read(long id) {
        requested.add(id);
        JSONObject request = new JSONObject();
        try {
            request.put("notificationIds", new JSONArray(List.of(id)));
        } catch (JSONException failure) {
            throw new IllegalStateException(failure);
        }
        socket.emit("READ_NOTIFICATIONS", new Object[] { request }, (Ack) answer -> {
            if (((JSONObject) answer[0]).optBoolean("ok")) {
                acked.add(id);
            }
        });
    }

    String user() {
        return user;
    }

    Socket socket() {
        return socket;
    }

    int connections() {
        return connections.get();
    }

    boolean connected() {
        return socket.connected();
    }

    List<Seen> log() {
        return log;
    }

    boolean hasSeen(List<Long> all) {
        return ids.size() >= all.size() && ids.containsAll(all);
    }

    Set<Long> requested() {
        return requested;
    }

    Set<Long> acked() {
        return acked;
    }

    List<String> farewells() {
        return farewells;
    }

    @Override
    public void close() {
        socket.disconnect();
    }
}
