package ulens.gateway.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;

import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * Hands every call on to another connection, except for the methods that a subclass overrides. A subclass that
 * overrides one of {@link #serverSocket()}, {@link #dataReader()} and {@link #remotePeer()} must check whether the
 * others have to change with it: they are not derived from each other.
 */
public abstract class DelegatingContext implements ConnectionContext {
    private final ConnectionContext behind;

    /**
     * Creates a view of a connection.
     *
     * @param behind
     *            the connection that the calls are handed on to
     */
    protected DelegatingContext(ConnectionContext behind) {
        this.behind = behind;
    }

    /** {@return the connection behind this view} */
    protected final ConnectionContext behind() {
        return behind;
    }

    @Override
    public DataReader dataReader() {
        return behind.dataReader();
    }

    @Override
    public DataWriter dataWriter() {
        return behind.dataWriter();
    }

    @Override
    public ListenerContext listenerContext() {
        return behind.listenerContext();
    }

    @Override
    public ExecutorService executor() {
        return behind.executor();
    }

    @Override
    public Router router() {
        return behind.router();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
        return behind.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
        return behind.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
        return behind.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return behind.localPeer();
    }

    @Override
    public boolean isSecure() {
        return behind.isSecure();
    }

    @Override
    public String socketId() {
        return behind.socketId();
    }

    @Override
    public String childSocketId() {
        return behind.childSocketId();
    }
}
