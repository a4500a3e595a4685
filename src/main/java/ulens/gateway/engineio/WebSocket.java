package ulens.gateway.engineio;

import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.spi.ServerConnection;
import org.jspecify.annotations.Nullable;
import ulens.gateway.engineio.packet.EnginePacket;
import ulens.gateway.engineio.packet.EnginePacketType;
import ulens.gateway.engineio.packet.PacketException;
import ulens.gateway.engineio.packet.PacketFrames;
import ulens.gateway.engineio.packet.Payload;
import ulens.gateway.engineio.packet.Received;
import ulens.gateway.http.GuardedConnection;
import ulens.gateway.websocket.CloseCode;
import ulens.gateway.websocket.Frame;
import ulens.gateway.websocket.FrameFormat;
import ulens.gateway.websocket.FrameReader;
import ulens.gateway.websocket.FrameWriter;
import ulens.gateway.websocket.WebSocketException;
import ulens.gateway.work.Errand;
import ulens.gateway.work.Timed;
import ulens.gateway.work.TimerWheel;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * A WebSocket: the transport of a session, or a probe that may become it. It reads on the connection's own thread. Once
 * its session has ended it writes a close frame and waits a moment for the peer's before the connection is cut.
 */
final class WebSocket implements ServerConnection, Transport {
    private static final Duration LAST_WRITE = Duration.ofSeconds(2);
    private static final PacketFrames FRAMES = new PacketFrames();
    private static final byte[] PROBE_ANSWER = FrameFormat.frame(FrameFormat.TEXT,
            "3probe".getBytes(StandardCharsets.US_ASCII));

    private final ConnectionContext connection;
    private final TimerWheel wheel;
    private final Session session;
    private final ReceivedPackets received;
    /** Set by {@link #create}, before anybody else sees the transport. */
    @SuppressWarnings("NullAway.Init")
    private FrameWriter<EnginePacket> writer;
    private final Optional<GuardedConnection> door = GuardedConnection.current();
    private volatile boolean attached;
    private volatile @Nullable Goodbye goodbye;

    /** Cuts the connection when the time for an orderly end is over. */
    private final class Goodbye extends Timed {
        @Override
        protected void due(long now) {
            cut();
        }
    }

    private WebSocket(ConnectionContext connection, TimerWheel wheel, Session session, boolean attached) {
        this.connection = connection;
        this.wheel = wheel;
        this.session = session;
        this.received = new ReceivedPackets(session);
        this.attached = attached;
    }

    private static WebSocket create(ConnectionContext connection, TimerWheel wheel, Session session, boolean attached) {
        WebSocket socket = new WebSocket(connection, wheel, session, attached);
        socket.writer = new FrameWriter<>(connection.dataWriter(), FRAMES, socket::take, socket::writeFailed);
        return socket;
    }

    /** The first transport of a session. */
    static WebSocket opening(ConnectionContext connection, TimerWheel wheel, Session session) {
        return create(connection, wheel, session, true);
    }

    /** A candidate for the next transport of a session. */
    static WebSocket probing(ConnectionContext connection, TimerWheel wheel, Session session) {
        return create(connection, wheel, session, false);
    }

    /**
     * The session has a WebSocket already: this one is closed as soon as it is open, as the stock server does. It has
     * never been part of the session, which goes on.
     */
    void turnAway() {
        end(CloseCode.NORMAL);
    }

    @Override
    public TransportName name() {
        return TransportName.WEBSOCKET;
    }

    // Helidon's semaphore is for short requests; a WebSocket would hold a permit for its whole life.
    @Override
    public void handle(Semaphore requests) throws InterruptedException {
        try {
            if (attached && !session.open() || read()) {
                discardInput();
            }
        } catch (DataReader.InsufficientDataAvailableException e) {
            gone("transport close", CloseCode.NORMAL);
        } catch (ServerConnectionException e) {
            gone("transport error", CloseCode.NORMAL);
        } finally {
            gone("transport error", CloseCode.INTERNAL_ERROR);
            writer.interrupt();
            Goodbye pending = goodbye;
            if (pending != null) {
                wheel.cancel(pending);
            }
        }
    }

    /** {@return whether a close frame must still be exchanged with the peer} */
    private boolean read() throws InterruptedException {
        FrameReader reader = new FrameReader(connection.dataReader(), session.inboundShare());
        try {
            while (true) {
                reader.release();
                switch (reader.next()) {
                    case Frame.Text text -> tryText(text.utf8());
                    case Frame.Binary binary -> binary(binary.bytes());
                    case Frame.Ping ping -> writer.pong(ping.body());
                    case Frame.Pong pong -> {
                    }
                    case Frame.Close close -> {
                        writer.close(close.code());
                        gone("transport close", CloseCode.NORMAL);
                        writer.awaitEnd(LAST_WRITE);
                        return false;
                    }
                }
            }
        } catch (WebSocketException e) {
            gone("transport error", e.code());
        } finally {
            reader.abandon();
        }
        return true;
    }

    // The frames are still in order, so the peer's close frame can be waited for.
    private void tryText(byte[] utf8) throws InterruptedException {
        try {
            text(utf8);
        } catch (PacketException e) {
            gone("parse error", e.closeCode());
        }
    }

    private void text(byte[] utf8) throws PacketException, InterruptedException {
        Received packet = Payload.decodeText(utf8, 0, utf8.length);
        if (attached) {
            received.receive(packet);
        } else if (goodbye == null && packet.is(EnginePacketType.PING, "probe")) {
            writer.answer(PROBE_ANSWER);
            session.transports().probed(this);
        } else if (packet.type() == EnginePacketType.UPGRADE && complete()) {
            attached = true;
            writer.wake();
        } else {
            gone("parse error", CloseCode.PROTOCOL_ERROR);
        }
    }

    // Completing the upgrade answers a poll on another connection; that answer must not overtake the answer to the
    // probe.
    private boolean complete() throws InterruptedException {
        writer.awaitAnswer(LAST_WRITE);
        return session.transports().complete(this);
    }

    private void binary(byte[] bytes) {
        if (attached) {
            received.receive(Received.binary(bytes));
        } else {
            gone("parse error", CloseCode.PROTOCOL_ERROR);
        }
    }

    /**
     * The peer is gone or has to go: ends the session if this is its transport, and only the attempt if it is a probe.
     */
    private void gone(String reason, int code) {
        if (attached) {
            session.finish(reason, code);
        } else {
            session.transports().failed(this);
        }
        end(code);
    }

    // Closing a socket with unread input resets it, and the reset may overtake the close frame.
    private void discardInput() {
        DataReader in = connection.dataReader();
        while (true) {
            in.ensureAvailable();
            in.skip(in.available());
        }
    }

    private List<EnginePacket> take(int limit) {
        if (!attached) {
            return List.of();
        }
        List<EnginePacket> packets = session.outgoing().take(limit, FRAMES::size);
        if (packets.isEmpty()) {
            session.finishIfDrained();
        }
        return packets;
    }

    private void writeFailed() {
        gone("transport error", CloseCode.NORMAL);
        cut();
    }

    @Override
    public void admitted(boolean in) {
        door.ifPresent(in ? GuardedConnection::keep : GuardedConnection::strange);
    }

    @Override
    public void makeWay() {
        // nothing waits here: a WebSocket is always the last transport of its session
    }

    @Override
    public void wake() {
        writer.wake();
    }

    @Override
    public boolean end(int closeCode) {
        if (closeCode == CloseCode.GOING_AWAY) {
            // No close frame: the official Java client (OkHttp) silently stops reading at one, so it would reconnect
            // only after its ping timeout. At the end of the connection every client reconnects at once.
            cut();
            return false;
        }
        if (goodbye == null) {
            Goodbye pending = new Goodbye();
            goodbye = pending;
            wheel.schedule(pending, System.nanoTime() + Session.GOODBYE);
        }
        writer.close(closeCode);
        return false;
    }

    @Override
    public void cut() {
        writer.interrupt();
        // With TLS, closing may wait for a writer, so it must not happen on the timer's thread.
        Errand.run("websocket-close", () -> connection.serverSocket().close(), _ -> {
            // closed already, or by the end of its reader
        });
    }

    // Helidon closes connections that have been idle for long; here the heartbeat does that.
    @Override
    public Duration idleTime() {
        return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {
        gone("server shutting down", CloseCode.GOING_AWAY);
    }
}
