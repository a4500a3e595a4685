package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ulens.gateway.fixture.JarProcess;
import ulens.gateway.fixture.TestClient;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The dev mode as a newcomer starts it: it serves this machine only, and logs its stop. */
class DevProcessTest {
    private static final List<String> PATHS = List.of("/socket.io/?EIO=4&transport=polling", "/dev/notifications",
            "/nowhere");
    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    @Test
    void itServesThisMachineOnlyAndTellsOfItsStop(@TempDir Path folder) throws Exception {
        try (JarProcess process = JarProcess.startDevMode(folder, Map.of("PORT", "0", "OPS_PORT", "0"))) {
            process.awaitOutput("Send it a first notification:");
            String output = process.output();
            int port = Integer.parseInt(found("localhost:(\\d+)/ws", output));
            int opsPort = Integer.parseInt(found("localhost:(\\d+)/observe", output));
            localRequestsAreServed(port, opsPort);
            foreignRequestsAreRefused(port, opsPort);
            othersCannotConnect(port, opsPort);
            try (TestClient client = TestClient.connect(port, found("(?m)^\\s+(eyJ\\S+)$", output))) {
                client.subscribe();
                process.terminate();
                assertThat(process.status()).isEqualTo(128 + 15);
            }
            assertThat(process.output()).contains("[GATEWAY][WS] stopping", "[GATEWAY][WS] disconnected: user demo",
                    "[GATEWAY][WS] stopped").doesNotContain("Exception", "\tat ");
        }
    }

    private static void localRequestsAreServed(int port, int opsPort) throws IOException {
        for (String address : List.of("127.0.0.1", "::1")) {
            for (String host : List.of("localhost", "LOCALHOST:" + port, "127.0.0.1:1", "[::1]:" + port,
                    "my-app.localhost")) {
                for (String origin : List.of("", "Origin: http://localhost:5173\r\n", "Origin: https://127.0.0.1\r\n",
                        "Origin: http://[::1]:8080\r\n")) {
                    assertThat(status(address, port, "GET", PATHS.getFirst(), host, origin)).isEqualTo(200);
                }
                assertThat(status(address, opsPort, "GET", "/observe/health/live", host, "")).isBetween(200, 204);
            }
        }
        assertThat(status("::1", port, "GET", "/socket.io/?EIO=4&transport=websocket", "localhost",
                "Origin: http://localhost\r\n" + UPGRADE)).isEqualTo(101);
    }

    private static void foreignRequestsAreRefused(int port, int opsPort) throws IOException {
        for (String address : List.of("127.0.0.1", "::1")) {
            for (String path : PATHS) {
                for (String method : List.of("GET", "POST", "OPTIONS")) {
                    for (String host : List.of("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80",
                            "10.0.0.1", "localhost@evil.example")) {
                        assertThat(status(address, port, method, path, host, "")).as("%s at %s", path, host).isIn(403,
                                400);
                    }
                    for (String origin : List.of("https://evil.example", "null", "http://localhost.evil.example",
                            "file://", "http://evil.example/localhost")) {
                        assertThat(status(address, port, method, path, "localhost", "Origin: " + origin + "\r\n"))
                                .as("%s of %s", path, origin).isEqualTo(403);
                    }
                }
            }
            assertThat(status(address, opsPort, "GET", "/observe/metrics", "evil.example", "")).isEqualTo(403);
            assertThat(status(address, opsPort, "GET", "/observe/metrics", "localhost",
                    "Origin: https://evil.example\r\n")).isEqualTo(403);
        }
        for (String header : List.of("", "Origin: https://evil.example\r\n")) {
            assertThat(status("127.0.0.1", port, "GET", "/socket.io/?EIO=4&transport=websocket",
                    header.isEmpty() ? "evil.example" : "localhost", header + UPGRADE)).isEqualTo(403);
        }
        assertThat(status("127.0.0.1", port, "POST", "/dev/notifications", "localhost", "Content-Type: text/plain\r\n"))
                .isEqualTo(415);
    }

    private static void othersCannotConnect(int port, int opsPort) throws IOException {
        List<InetAddress> others = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress()).toList();
        for (InetAddress address : others) {
            for (int each : List.of(port, opsPort)) {
                assertThatThrownBy(() -> {
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress(address, each), 2_000);
                    }
                }).isInstanceOf(IOException.class);
            }
        }
    }

    private static int status(String address, int port, String method, String path, String host, String headers)
            throws IOException {
        try (Socket socket = new Socket(address, port)) {
            socket.setSoTimeout(30_000);
            String length = method.equals("POST") ? "Content-Length: 2\r\n" : "";
            socket.getOutputStream()
                    .write((method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers + length
                            + (headers.contains("Upgrade") ? "" : "Connection: close\r\n") + "\r\n"
                            + (length.isEmpty() ? "" : "{}")).getBytes(StandardCharsets.US_ASCII));
            return Integer.parseInt(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII)
                    .substring("HTTP/1.1 ".length()));
        }
    }

    private static String found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }
}
