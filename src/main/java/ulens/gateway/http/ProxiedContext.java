package ulens.gateway.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ProxyProtocolData;

import java.net.InetSocketAddress;
import java.security.Principal;
import java.security.cert.Certificate;
import java.util.Optional;

/** A connection behind its PROXY header: its peer is the client, and its first bytes are those behind the header. */
final class ProxiedContext extends DelegatingContext {
    private final PeerInfo peer;
    private final HelidonSocket socket;
    private final DataReader reader;

    ProxiedContext(ConnectionContext helidon, Optional<InetSocketAddress> source, byte[] first) {
        super(helidon);
        this.peer = source.<PeerInfo> map(Client::new).orElseGet(helidon::remotePeer);
        this.socket = new Behind(helidon.serverSocket(), peer, first);
        this.reader = new DataReader(socket);
    }

    /** The client, as the proxy saw it. */
    private record Client(InetSocketAddress address) implements PeerInfo {
        @Override
        public String host() {
            return address.getAddress().getHostAddress();
        }

        @Override
        public int port() {
            return address.getPort();
        }

        @Override
        public Optional<Principal> tlsPrincipal() {
            return Optional.empty();
        }

        @Override
        public Optional<Certificate[]> tlsCertificates() {
            return Optional.empty();
        }
    }

    /** The socket, read from behind the header. */
    private static final class Behind implements HelidonSocket {
        private final HelidonSocket socket;
        private final PeerInfo peer;
        private byte[] first;

        Behind(HelidonSocket socket, PeerInfo peer, byte[] first) {
            this.socket = socket;
            this.peer = peer;
            this.first = first;
        }

        @Override
        public byte[] get() {
            byte[] given = first;
            first = new byte[0];
            return given.length > 0 ? given : socket.get();
        }

        @Override
        public int read(BufferData buffer) {
            if (first.length == 0) {
                return socket.read(buffer);
            }
            byte[] given = first;
            first = new byte[0];
            buffer.write(given);
            return given.length;
        }

        @Override
        public void write(BufferData buffer) {
            socket.write(buffer);
        }

        @Override
        public void close() {
            socket.close();
        }

        @Override
        public void idle() {
            socket.idle();
        }

        @Override
        public boolean isConnected() {
            return socket.isConnected();
        }

        @Override
        public boolean protocolNegotiated() {
            return socket.protocolNegotiated();
        }

        @Override
        public String protocol() {
            return socket.protocol();
        }

        @Override
        public PeerInfo remotePeer() {
            return peer;
        }

        @Override
        public PeerInfo localPeer() {
            return socket.localPeer();
        }

        @Override
        public boolean isSecure() {
            return socket.isSecure();
        }

        @Override
        public String socketId() {
            return socket.socketId();
        }

        @Override
        public String childSocketId() {
            return socket.childSocketId();
        }
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
        // Helidon would overwrite X-Forwarded-For with it; the peer says the same
        return Optional.empty();
    }

    @Override
    public HelidonSocket serverSocket() {
        return socket;
    }

    @Override
    public PeerInfo remotePeer() {
        return peer;
    }
}
