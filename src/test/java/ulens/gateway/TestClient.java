package ulens.gateway;

import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import org.json.JSONArray;
import org.json.JSONObject;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;

import static org.awaitility.Awaitility.await;

/** The official Java client, with a list of all that it has heard, in order. */
public final class TestClient implements AutoCloseable {
    /** Longest wait for anything. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String[] EVENTS = { "NEW_NOTIFICATION", "NOTIFICATIONS_SYNCED", "NOTIFICATIONS_READ", "ERROR",
            "TEST_NOTIFICATION" };

    private final Socket socket;
    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();
    private final java.util.NavigableSet<Long> distinct = new ConcurrentSkipListSet<>();

    /** An event that came. */
    public record Heard(String event, Object payload) {
        /** {@return the payload as an object} */
        public JSONObject json() {
            return (JSONObject) payload;
        }
    }

    private TestClient(Socket socket) {
        this.socket = socket;
        for (String event : EVENTS) {
            socket.on(event, args -> heard.add(new Heard(event, args.length == 0 ? null : args[0])));
        }
        socket.on("NEW_NOTIFICATION", args -> distinct.add(id((JSONObject) args[0])));
        socket.on(Socket.EVENT_DISCONNECT, args -> heard.add(new Heard("disconnect", args[0])));
        socket.on(Socket.EVENT_CONNECT_ERROR, args -> heard.add(new Heard("connect_error", args[0])));
        socket.on(Socket.EVENT_CONNECT, _ -> heard.add(new Heard("connect", null)));
    }

    /** Connects over WebSocket, without reconnection; returns at once. */
    public static TestClient connecting(int port, Map<String, String> auth) {
        return connecting(port, IO.Options.builder().setTransports(new String[] { "websocket" }).setReconnection(false)
                .setForceNew(true).setAuth(auth).build());
    }

    /** Connects with other options; returns at once. */
    public static TestClient connecting(int port, IO.Options options) {
        TestClient client = new TestClient(IO.socket(URI.create("http://127.0.0.1:" + port + "/ws"), options));
        client.socket.connect();
        return client;
    }

    /** Connects and waits until it is connected. */
    public static TestClient connect(int port, String token) {
        TestClient client = connecting(port, Map.of("token", token));
        client.await("connect");
        return client;
    }

    /** {@return the official client} */
    public Socket socket() {
        return socket;
    }

    /** Subscribes and returns the ack. */
    public JSONObject subscribe() {
        return ask("SUBSCRIBE_NOTIFICATIONS");
    }

    /** Marks as read and returns the ack. */
    public JSONObject read(Long... ids) {
        JSONObject request = new JSONObject();
        put(request, "notificationIds", new JSONArray(List.of(ids)));
        return ask("READ_NOTIFICATIONS", request);
    }

    /** Sends an event and returns its ack. */
    public JSONObject ask(String event, Object... args) {
        CompletableFuture<JSONObject> answer = new CompletableFuture<>();
        socket.emit(event, args, (Ack) answers -> answer.complete((JSONObject) answers[0]));
        try {
            return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new IllegalStateException("no ack of " + event + "; heard " + heard.size() + " events", failure);
        }
    }

    /** Waits for the first event of this name. */
    public Heard await(String event) {
        return await(event, 1);
    }

    /** Waits for the n-th event of this name. */
    public Heard await(String event, int count) {
        await0(event, count);
        return all(event).get(count - 1);
    }

    private void await0(String event, int count) {
        org.awaitility.Awaitility.await().alias(event + " x" + count).atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10)).until(() -> all(event).size() >= count);
    }

    /** Waits for so many notifications and returns their ids, in the order in which they came. */
    public List<Long> awaitIds(int count) {
        await0("NEW_NOTIFICATION", count);
        return ids();
    }

    /** {@return ids of the notifications so far, in the order in which they came} */
    public List<Long> ids() {
        return new ArrayList<>(all("NEW_NOTIFICATION").stream().map(one -> id(one.json())).toList());
    }

    /** {@return ids of the notifications so far, each once, ascending} */
    public java.util.NavigableSet<Long> distinctIds() {
        return distinct;
    }

    /** {@return all events of this name so far} */
    public List<Heard> all(String event) {
        return heard.stream().filter(one -> one.event().equals(event)).toList();
    }

    /** {@return names of all events so far} */
    public List<String> names() {
        return heard.stream().map(Heard::event).toList();
    }

    @Override
    public void close() {
        socket.disconnect();
    }

    private static long id(JSONObject notification) {
        return ((Number) get(notification, "id")).longValue();
    }

    /** {@return a member, or null} */
    public static Object get(JSONObject object, String name) {
        return object.opt(name);
    }

    private static void put(JSONObject object, String name, Object value) {
        try {
            object.put(name, value);
        } catch (org.json.JSONException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
