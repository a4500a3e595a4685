package ulens.gateway.documents;

import ulens.gateway.fixture.JavaScriptClient;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TokenEndpoint;
import ulens.gateway.rabbitmq.CuttableProxy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A page of the document for client developers: its code, in Node, behind a proxy, with a token endpoint. */
final class Page implements AutoCloseable {
    /** The code of the page. */
    static final Snippets SNIPPETS = Snippets.of(Path.of("docs", "clients.md"), "javascript");

    private final TokenEndpoint tokens;
    private final CuttableProxy network;
    private final JavaScriptClient script;

    Page(int port, TokenEndpoint tokens) throws IOException {
        this.tokens = tokens;
        this.network = new CuttableProxy("127.0.0.1", port);
        Path folder = JavaScriptClient.folder();
        SNIPPETS.write("inbox.mjs", folder, Map.of());
        SNIPPETS.write("page.mjs", folder, Map.of("http://localhost:3000/ws",
                "http://127.0.0.1:" + network.port() + "/ws", "http://localhost:8080/gateway-token", tokens.url()));
        this.script = new JavaScriptClient(Map.of(), "page.js", folder.resolve("page.mjs").toUri().toString());
    }

    /** {@return the proxy between the page and the gateway} */
    CuttableProxy network() {
        return network;
    }

    /** Sends it a command: {@code read <id>…}, {@code look}. */
    void tell(String command) {
        script.tell(command);
    }

    /** Waits until it has printed this warning. */
    void awaitWarning(String text) {
        awaitThat(() -> assertThat(script.lines()).anyMatch(line -> line.contains(text)));
    }

    /** {@return how often it has printed this warning} */
    long warnings(String text) {
        return script.lines().stream().filter(line -> line.contains(text)).count();
    }

    /** Waits until badge and list show this. */
    void awaitShown(int badge, String... list) {
        awaitThat(() -> {
            assertThat(script.all("badge")).endsWith(Integer.toString(badge));
            assertThat(script.all("list")).endsWith("\"" + String.join("\\n", list) + "\"");
        });
    }

    /** Waits until the badge has this number, and the list that many rows, all unread. */
    void awaitAllUnread(int count) {
        awaitShown(count, IntStream.rangeClosed(1, count).mapToObj(Page::unread).toArray(String[]::new));
    }

    /** {@return how the list shows a notification that is not read} */
    static String unread(long id) {
        return "* Message " + id;
    }

    /** {@return how the list shows a notification that is read} */
    static String read(long id) {
        return "  Message " + id;
    }

    private void awaitThat(org.awaitility.core.ThrowingRunnable assertion) {
        try {
            await().atMost(TestClient.PATIENCE).untilAsserted(assertion);
        } catch (org.awaitility.core.ConditionTimeoutException failure) {
            List<String> lines = script.lines();
            throw new AssertionError("the page said last " + lines.subList(Math.max(0, lines.size() - 20), lines.size())
                    + ", tokens " + tokens.given(), failure);
        }
    }

    @Override
    public void close() throws IOException {
        script.close();
        network.close();
    }
}
