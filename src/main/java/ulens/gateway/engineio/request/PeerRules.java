package ulens.gateway.engineio.request;

import ulens.gateway.limits.ClientAddress;
import ulens.gateway.limits.ProxyTrust;
import ulens.gateway.limits.Rate;

/**
 * How the address of a peer is found, and how much the peers of one address may ask for.
 *
 * @param addresses
 *            finds the address of a client that comes through a proxy
 * @param proxyProtocol
 *            whether every connection begins with a header of the PROXY protocol
 * @param handshakes
 *            rate of new sessions of one address
 * @param requests
 *            rate of plain HTTP requests of one address to the path of the server
 */
public record PeerRules(ClientAddress addresses, boolean proxyProtocol, Rate handshakes, Rate requests) {
    /** No proxies, no limits. */
    public static final PeerRules NONE = new PeerRules(
            new ClientAddress(ProxyTrust.NOBODY, ClientAddress.Header.EITHER), false, Rate.UNLIMITED, Rate.UNLIMITED);
}
