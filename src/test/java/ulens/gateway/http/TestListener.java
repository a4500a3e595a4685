package ulens.gateway.http;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import ulens.gateway.limits.Rate;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A listener behind a front door. It serves {@code /hello}, {@code /echo}, {@code /large} (1 MB in pieces),
 * {@code /endless}, and {@code /keep} and {@code /wait}, which are answered when {@link #letGo} is called;
 * {@code /keep} keeps its connection, {@code /wait} does not.
 */
final class TestListener implements AutoCloseable {
    static final Duration LONG = Duration.ofMinutes(5);
    static final int LARGE = 1_000_000;
    private static final byte[] PIECE = "0123456789".repeat(1_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    final FrontDoor door;
    private final CountDownLatch released = new CountDownLatch(1);
    private final WebServer web;

    TestListener(HttpLimits limits) {
        door = new FrontDoor("test", limits);
        HttpRouting.Builder routing = HttpRouting.builder().get("/hello", (_, answer) -> answer.send("hello"))
                .post("/echo",
                        (request, answer) -> answer
                                .send(request.content().hasEntity() ? request.content().as(String.class) : ""))
                .get("/large", (_, answer) -> pieces(answer, LARGE / PIECE.length)).get("/wait", (_, answer) -> {
                    released.await();
                    answer.send("waited");
                }).get("/endless", (_, answer) -> pieces(answer, Integer.MAX_VALUE)).get("/keep", (_, answer) -> {
                    GuardedConnection.current().orElseThrow().keep();
                    released.await();
                    answer.send("kept");
                });
        var server = WebServer.builder().host("127.0.0.1").port(0).shutdownHook(false).addRouting(routing);
        door.attach(server, Http1ConnectionSelector.builder().config(FrontDoor.http1(Http1Config.create())).build());
        web = server.build().start();
    }

    private static void pieces(ServerResponse answer, int number) throws IOException {
        try (OutputStream out = answer.outputStream()) {
            for (int i = 0; i < number; i++) {
                out.write(PIECE);
            }
        }
    }

    static HttpLimits limits() {
        return new HttpLimits(1_000, 1_000, 1_000, Rate.UNLIMITED, LONG, LONG, LONG, LONG, _ -> false);
    }

    int port() {
        return web.port();
    }

    void letGo() {
        released.countDown();
    }

    @Override
    public void close() {
        letGo();
        web.stop();
        door.close();
    }
}
