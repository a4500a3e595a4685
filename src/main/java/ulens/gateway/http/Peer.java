package ulens.gateway.http;

import io.helidon.webserver.ConnectionContext;
import ulens.gateway.limits.Network;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * The other end of a connection.
 *
 * @param socket
 *            address and port; the client's if a proxy has sent a PROXY header
 * @param text
 *            the address as text
 * @param place
 *            the network whose limits it shares, see {@link ulens.gateway.limits.Network}
 */
record Peer(SocketAddress socket, String text, String place) {
    static Peer of(ConnectionContext connection) {
        SocketAddress socket = connection.remotePeer().address();
        String text = socket instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : String.valueOf(socket);
        return new Peer(socket, text, Network.of(text));
    }
}
