package ulens.gateway.engineio.request;

import ulens.gateway.limits.LimitedLog;
import ulens.gateway.limits.Network;
import ulens.gateway.limits.TokenBuckets;

/** Counts the requests and new sessions of each address, and refuses those beyond its limits. */
public final class RequestLimits {
    private final LimitedLog lines = new LimitedLog(System.getLogger(RequestLimits.class.getName()),
            "[GATEWAY][WS] rate limited");
    private final TokenBuckets handshakes;
    private final TokenBuckets requests;

    /**
     * Creates the limits of one server.
     *
     * @param rules
     *            the rates
     */
    public RequestLimits(PeerRules rules) {
        handshakes = new TokenBuckets(rules.handshakes());
        requests = new TokenBuckets(rules.requests());
    }

    /**
     * Counts a new session.
     *
     * @param peer
     *            the request
     *
     * @throws RefusedException
     *             if its address has opened too many
     */
    public void handshake(Handshake peer) throws RefusedException {
        refuse(peer, "connections", handshakes.take(Network.of(peer.remoteAddress())));
    }

    /**
     * Refuses a session that would be refused, without counting it.
     *
     * @param peer
     *            the request
     *
     * @throws RefusedException
     *             if its address has opened too many
     */
    public void lookAtHandshake(Handshake peer) throws RefusedException {
        refuse(handshakes.look(Network.of(peer.remoteAddress())));
    }

    /**
     * Counts a request.
     *
     * @param peer
     *            the request
     *
     * @throws RefusedException
     *             if its address has sent too many
     */
    public void request(Handshake peer) throws RefusedException {
        refuse(peer, "requests", requests.take(Network.of(peer.remoteAddress())));
    }

    private void refuse(Handshake peer, String what, long wait) throws RefusedException {
        if (wait > 0) {
            lines.log(System.Logger.Level.INFO, "[GATEWAY][WS] rate limited: too many {0}, peer {1}", what,
                    peer.remoteAddress());
        }
        refuse(wait);
    }

    private static void refuse(long wait) throws RefusedException {
        if (wait > 0) {
            throw new RefusedException(Refusal.TOO_MANY_REQUESTS, wait);
        }
    }

    /** {@return the number of refused sessions} */
    public long refusedHandshakes() {
        return handshakes.refused();
    }

    /** {@return the number of refused requests} */
    public long refusedRequests() {
        return requests.refused();
    }
}
