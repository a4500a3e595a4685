package ulens.gateway.http;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Locale;

import static org.assertj.core.api.Assertions.assertThat;

/** Old versions, long lines, and input that is no request: each gets a clear answer. */
class HttpFormsTest {
    private static TestListener listener;

    @BeforeAll
    static void start() {
        listener = new TestListener(TestListener.limits());
    }

    @AfterAll
    static void stop() {
        listener.close();
    }

    /** {@return the head of the first answer, without reading the connection to its end} */
    private static String head(String request) throws Exception {
        try (RawPeer peer = new RawPeer(listener.port())) {
            return peer.write(request).readUntil("\r\n\r\n");
        }
    }

    private static String exchange(String request) throws Exception {
        return RawPeer.exchange(listener.port(), request);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "Host: x\r\n", "Connection: keep-alive\r\n", "Connection: close\r\n",
            "Connection: Keep-Alive\r\nKeep-Alive: timeout=5\r\n", "Connection: upgrade\r\nUpgrade: websocket\r\n" })
    void http10IsServedOnceForEachConnection(String headers) throws Exception {
        String answer = exchange("GET /hello HTTP/1.0\r\n" + headers + "\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nhello");
        assertThat(answer.toLowerCase(Locale.ROOT)).contains("connection: close", "content-length: 5")
                .doesNotContain("chunked");
    }

    @Test
    void http10PostsWithALength() throws Exception {
        assertThat(exchange("POST /echo HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nworld"))
                .startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nworld");
    }

    @Test
    void http10GetsNoChunks() throws Exception {
        String answer = exchange("GET /large HTTP/1.0\r\n\r\n");
        assertThat(answer.substring(0, answer.indexOf("\r\n\r\n")).toLowerCase(Locale.ROOT)).doesNotContain("chunked");
        assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4)).hasSize(TestListener.LARGE)
                .matches("(?:0123456789)*+");
        assertThat(exchange("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).contains("chunked");
    }

    @Test
    void nothingIsServedBehindTheLastRequest() throws Exception {
        String two = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\nConnection: %s\r\n\r\n"
                + "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
        for (String list : new String[] { "close", "Close", " foo , CLOSE,", "close, foo\r\nConnection: bar" }) {
            assertThat(exchange(two.formatted(list)).split("HTTP/1.1 200 OK", -1)).as(list).hasSize(3);
        }
    }

    /**
     * Helidon sends a body with the answer to a HEAD, which a proxy on a kept connection would take for the next
     * answer.
     */
    @Test
    void aHeadIsTheLastRequestOfItsConnection() throws Exception {
        String answer = exchange("HEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 404 ").containsIgnoringCase("\r\nConnection: close\r\n")
                .doesNotContain("hello");
    }

    @Test
    void requestsMayComeTogetherWithTheirBodies() throws Exception {
        String answer = exchange("\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nfirst"
                + "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: CHUNKED\r\n\r\n3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n"
                + "\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" + "GET /hello HTTP/1.0\r\n\r\n");
        assertThat(answer.split("HTTP/1.1 200 OK", -1)).hasSize(5);
        assertThat(answer).contains("first", "second").endsWith("hello");
    }

    @Test
    void aRequestLineMayHave16KilobytesAndAPieceMore() throws Exception {
        String line = "GET /hello?" + "x".repeat(16 * 1024 - 7) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        assertThat(exchange(line)).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(head("GET /hello?" + "x".repeat(17_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.1 414 ");
        assertThat(head("GET /hello?" + "x".repeat(100_000))).startsWith("HTTP/1.1 414 ");
    }

    @Test
    void headersTogetherMayHave16Kilobytes() throws Exception {
        String head = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
        assertThat(exchange(head + ("X: " + "y".repeat(95) + "\r\n").repeat(160) + "\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(head(head + "X: " + "y".repeat(20_000) + "\r\n\r\n")).startsWith("HTTP/1.1 431 ");
        assertThat(head(head + "X: y\r\n".repeat(4_000) + "\r\n")).startsWith("HTTP/1.1 431 ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "GET /hello~~|505", "PRI * HTTP/2.0~~~~SM~~~~|505",
            "GET /hello HTTP/2.0~~~~|505", "GET /hello HTTP/1.2~~~~|505", "GET /hello HTTP/0.9~~~~|505",
            "GET /hello HTTPS/1.1~~~~|400", "GET /hello http/1.1~~~~|400", "nonsense~~|400",
            "GET  /hello HTTP/1.1~~~~|400", "GET /hello x HTTP/1.1~~~~|400", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2~~|400",
            "GET /hello HTTP/1.1~~X y: z~~~~|400", "GET /hello HTTP/1.1~~ folded: x~~~~|400",
            "GET /hello HTTP/1.1~~X: y~~ z~~~~|400", "GET /hello HTTP/1.1~~: x~~~~|400",
            "GET /hello HTTP/1.1~~Host: a~~Host: b~~~~|400", "POST /echo HTTP/1.1~~Content-Length: -1~~~~|400",
            "POST /echo HTTP/1.1~~Content-Length: +5~~~~hello|400",
            "POST /echo HTTP/1.1~~Content-Length: 5~~Content-Length: 6~~~~hello|400",
            "POST /echo HTTP/1.1~~Content-Length: 5~~Transfer-Encoding: chunked~~~~0~~~~|400",
            "POST /echo HTTP/1.1~~Content-Length: 99999999999999999999~~~~|400",
            "POST /echo HTTP/1.1~~Transfer-Encoding: gzip, chunked~~~~0~~~~|501",
            "POST /echo HTTP/1.0~~Transfer-Encoding: chunked~~~~0~~~~|400" })
    void whatIsNoRequestIsToldSo(String request, int status) throws Exception {
        assertThat(head(request.replace("~~", "\r\n"))).startsWith("HTTP/1.1 " + status + " ")
                .containsIgnoringCase("Connection: close");
    }

    @Test
    void whatIsNotHttpIsNotWaitedFor() throws Exception {
        assertThat(head("\u0016\u0003\u0001\u0002")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void aBodyThatIsNotInChunksIsToldSo() throws Exception {
        for (String body : new String[] { "zz\r\n", "\r\n", "1\r\nab\r\n0\r\n\r\n", "123456789\r\n", "1;x\r\na\r\n" }) {
            assertThat(exchange("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body)).as(body)
                    .startsWith("HTTP/1.1 400 ").endsWith("the body is not in chunks\n");
        }
    }

    @Test
    void linesEndInCarriageReturnAndLineFeed() throws Exception {
        assertThat(head("GET /hello HTTP/1.1\n\n")).startsWith("HTTP/1.1 400 ");
        assertThat(head("GET /hello HTTP/1.1\r\nHost: x\nX: y\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(head("GET /hello HTTP/1.1\r\nHost: x\rX: y\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }
}
