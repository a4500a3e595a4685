package ulens.gateway.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** The other end of one connection; writes and reads bytes. */
final class RawPeer implements AutoCloseable {
    final Socket socket;
    private final InputStream in;

    RawPeer(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(30_000);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    /** Sends a text on a connection of its own, and reads to its end. */
    static String exchange(int port, String request) throws IOException {
        try (RawPeer peer = new RawPeer(port)) {
            return peer.write(request).readAll();
        }
    }

    RawPeer write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Writes, unless the other side has ended the connection. */
    RawPeer tryWrite(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException _) {
            // the other side has ended the connection already
        }
        return this;
    }

    /** Ends the output of the connection. */
    void endOfWriting() {
        try {
            socket.shutdownOutput();
        } catch (IOException _) {
            // the other side has ended the connection already
        }
    }

    /** {@return all input until the connection ends or is reset} */
    String readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] part = new byte[8192];
        try {
            for (int read = in.read(part); read >= 0; read = in.read(part)) {
                all.write(part, 0, read);
            }
        } catch (SocketException _) {
            // reset
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** {@return the input up to and including this text} */
    String readUntil(String text) throws IOException {
        StringBuilder all = new StringBuilder();
        while (all.indexOf(text) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("ended after: " + all);
            }
            all.append((char) b);
        }
        return all.toString();
    }

    /** {@return whether the connection ends without another byte} */
    boolean atEnd() throws IOException {
        return readAll().isEmpty();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
