package ulens.gateway.http;

import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;

import ulens.gateway.limits.ProxyTrust;

/**
 * Takes connections that begin with a header of the PROXY protocol, version 1 or 2, and shows them to everything behind
 * as if they came from the client that the header names. Every connection must have one: a header that is optional
 * could be forged by any client. If proxies are named as trusted, only those may connect.
 * <p>
 * Helidon's own reader is not used: each invalid header leaks a socket and a place under its limit of connections, it
 * expects the first bytes in one piece, waits without a limit, and does not know the command LOCAL.
 *
 * @param inside
 *            makes the connection that is served behind the header
 * @param trust
 *            the proxies that may connect; everybody if it is empty
 */
public record ProxyProtocol(ServerConnectionSelector inside, ProxyTrust trust) implements UnconditionalSelector {
    @Override
    public ServerConnection connection(ConnectionContext context) {
        return new ProxiedConnection(context, inside, trust);
    }
}
