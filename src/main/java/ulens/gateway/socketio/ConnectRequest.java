package ulens.gateway.socketio;

import tools.jackson.databind.JsonNode;

import ulens.gateway.engineio.request.Handshake;

/**
 * A client asks to connect to a namespace.
 *
 * @param namespace
 *            the name of the namespace
 * @param auth
 *            the auth payload, an object; empty if the client sent none. Holds credentials, so it must never be logged;
 *            {@link #toString()} leaves it out
 * @param handshake
 *            the HTTP request that opened the connection
 */
public record ConnectRequest(String namespace, JsonNode auth, Handshake handshake) {
    @Override
    public String toString() {
        return "ConnectRequest[" + namespace + ", " + handshake + "]";
    }
}
