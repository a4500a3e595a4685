package ulens.gateway.engineio;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** HTTP/1.1 by hand over one plain socket, so that every byte is the test's own. */
final class RawHttp implements AutoCloseable {
    static final String POLLING = "EIO=4&transport=polling";

    final Socket socket;
    private final InputStream in;

    record Answer(int status, Map<String, String> headers, String body) {
        String sid() {
            String marker = "\"sid\":\"";
            int from = body.indexOf(marker) + marker.length();
            return body.substring(from, body.indexOf('"', from));
        }
    }

    RawHttp(int port) throws IOException {
        socket = new Socket("localhost", port);
        socket.setSoTimeout(30_000);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    /** One request on a connection of its own. */
    static Answer once(int port, String method, String query, String body, String... headers) throws IOException {
        try (RawHttp http = new RawHttp(port)) {
            http.send(method, query, body, headers);
            return http.answer();
        }
    }

    static Answer get(int port, String query, String... headers) throws IOException {
        return once(port, "GET", query, null, headers);
    }

    static Answer post(int port, String sid, String body) throws IOException {
        return once(port, "POST", POLLING + "&sid=" + sid, body);
    }

    static Answer poll(int port, String sid) throws IOException {
        return get(port, POLLING + "&sid=" + sid);
    }

    static String open(int port) throws IOException {
        return get(port, POLLING).sid();
    }

    void send(String method, String query, String body, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + TestServer.PATH + "?" + query + " HTTP/1.1\r\n");
        head.append("Host: localhost\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
        if (body != null) {
            head.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        write(bytes);
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    Answer answer() throws IOException {
        int status = Integer.parseInt(line().split(" ")[1]);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Answer(status, headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    boolean atEnd() throws IOException {
        return in.read() < 0;
    }

    InputStream in() {
        return in;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("connection closed");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
