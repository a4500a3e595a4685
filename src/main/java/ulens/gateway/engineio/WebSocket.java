package ulens.gateway.engineio;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.spi.ServerConnection;

/**
 * A WebSocket: the transport of a session, or a probe that may become it. It reads on the connection's own thread. Once
 * its session has ended it writes a close frame and waits a moment for the peer's before the connection is cut.
 */
final class WebSocket implements ServerConnection, Transport {
    private static final Duration LAST_WRITE = Duration.ofSeconds(2);
    private static final byte[] PROBE_ANSWER = Frame.text("3probe");

    private final ConnectionContext connection;
    private final Sessions sessions;
    private final Session session;
    private final WebSocketWriter writer;
    private volatile boolean attached;
    private volatile Goodbye goodbye;

    /** Cuts the connection when time is over. */
    private final class Goodbye extends Timed {
        @Override
        void due(long now) {
            cut();
        }
    }

    private WebSocket(ConnectionContext connection, Sessions sessions, Session session, boolean attached) {
        this.connection = connection;
        this.sessions = sessions;
        this.session = session;
        this.attached = attached;
        this.writer = new WebSocketWriter(connection.dataWriter(), this::take, this::writeFailed);
    }

    /** The first transport of a session. */
    static WebSocket opening(ConnectionContext connection, Sessions sessions, Session session) {
        return new WebSocket(connection, sessions, session, true);
    }

    /** A candidate for the next transport of a session. */
    static WebSocket probing(ConnectionContext connection, Sessions sessions, Session session) {
        return new WebSocket(connection, sessions, session, false);
    }

    @Override
    public TransportName name() {
        return TransportName.WEBSOCKET;
    }

    // Helidon's semaphore is for requests that end; a WebSocket would hold it for life.
    @Override
    public void handle(Semaphore requests) throws InterruptedException {
        try {
            if (attached && !session.open() || read()) {
                discardInput();
            }
        } catch (DataReader.InsufficientDataAvailableException e) {
            gone("transport close", Frame.NORMAL);
        } catch (ServerConnectionException e) {
            gone("transport error", Frame.NORMAL);
        } finally {
            gone("transport error", Frame.INTERNAL_ERROR);
            writer.interrupt();
            Goodbye pending = goodbye;
            if (pending != null) {
                sessions.wheel().cancel(pending);
            }
        }
    }

    /** {@return whether the peer still has to be told, and to close} */
    private boolean read() throws InterruptedException {
        FrameReader reader = new FrameReader(connection.dataReader(), sessions.config().maxPayload());
        try {
            while (true) {
                switch (reader.next()) {
                    case Frame.Text text -> tryText(text.utf8());
                    case Frame.Binary binary -> binary(binary.bytes());
                    case Frame.Ping ping -> writer.pong(ping.body());
                    case Frame.Pong pong -> {
                    }
                    case Frame.Close close -> {
                        writer.close(close.code());
                        gone("transport close", Frame.NORMAL);
                        writer.awaitEnd(LAST_WRITE);
                        return false;
                    }
                }
            }
        } catch (WebSocketException e) {
            gone("transport error", e.code());
        }
        return true;
    }

    // The frames are still in order, so the peer's close frame can be waited for.
    private void tryText(byte[] utf8) {
        try {
            text(utf8);
        } catch (PacketException e) {
            gone("parse error", e.closeCode());
        }
    }

    private void text(byte[] utf8) throws PacketException {
        Received packet = Payload.decodeText(utf8, 0, utf8.length);
        if (attached) {
            session.inbound().receive(packet);
        } else if (packet.is(PacketType.PING, "probe")) {
            writer.answer(PROBE_ANSWER);
            session.probed(this);
        } else if (packet.type() == PacketType.UPGRADE && session.completeUpgrade(this)) {
            attached = true;
            writer.wake();
        } else {
            gone("parse error", Frame.PROTOCOL_ERROR);
        }
    }

    private void binary(byte[] bytes) {
        if (attached) {
            session.inbound().receive(Received.binary(bytes));
        } else {
            gone("parse error", Frame.PROTOCOL_ERROR);
        }
    }

    /**
     * The peer is gone or has to go: ends the session if this is its transport, and only the attempt if it is a probe.
     */
    private void gone(String reason, int code) {
        if (attached) {
            session.finish(reason, code);
        } else {
            session.upgradeFailed(this);
        }
        end(code);
    }

    // A connection closed with input unread is reset, and a reset may overtake the close frame.
    private void discardInput() {
        DataReader in = connection.dataReader();
        while (true) {
            in.ensureAvailable();
            in.skip(in.available());
        }
    }

    private List<Packet> take(int limit) {
        if (!attached) {
            return List.of();
        }
        List<Packet> packets = session.take(limit, WebSocketWriter::frameSize);
        if (packets.isEmpty()) {
            session.finishIfDrained();
        }
        return packets;
    }

    private void writeFailed() {
        gone("transport error", Frame.NORMAL);
        cut();
    }

    @Override
    public void wake() {
        writer.wake();
    }

    @Override
    public boolean end(int closeCode) {
        if (closeCode == Frame.GOING_AWAY) {
            // No close frame: the official Java client (OkHttp) stops reading at one and tells nobody, so it would come
            // back only after its ping timeout. At the end of the connection every client comes back at once.
            cut();
            return false;
        }
        if (goodbye == null) {
            Goodbye pending = new Goodbye();
            goodbye = pending;
            sessions.wheel().schedule(pending, System.nanoTime() + Sessions.GOODBYE);
        }
        writer.close(closeCode);
        return false;
    }

    @Override
    public void cut() {
        writer.interrupt();
        // With TLS, closing may have to wait for a writer, so it must not happen on the timer's thread.
        Thread.startVirtualThread(() -> connection.serverSocket().close());
    }

    // Helidon closes connections that have been idle for long; here the heartbeat does that.
    @Override
    public Duration idleTime() {
        return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {
        gone("server shutting down", Frame.GOING_AWAY);
    }
}
