package ulens.gateway.engineio.request;

import ulens.gateway.engineio.packet.Payload;

import java.nio.charset.StandardCharsets;

/** The answers to requests that are refused; codes and messages up to 5 are those of the official server. */
public enum Refusal {
    /** The transport is neither polling nor websocket. */
    UNKNOWN_TRANSPORT(400, 0, "Transport unknown"),
    /** There is no such session on this server. */
    UNKNOWN_SID(400, 1, "Session ID unknown"),
    /** A session can only be opened by GET. */
    BAD_HANDSHAKE_METHOD(400, 2, "Bad handshake method"),
    /** The request breaks a rule of the protocol. */
    BAD_REQUEST(400, 3, "Bad request"),
    /** Its Origin is not allowed. */
    FORBIDDEN(403, 4, "Forbidden"),
    /** The protocol version is not 4. */
    UNSUPPORTED_VERSION(400, 5, "Unsupported protocol version"),
    /** The body is larger than allowed. */
    PAYLOAD_TOO_LARGE(413, 3, "Payload too large"),
    /** There is no room for another session. */
    TOO_MANY_SESSIONS(503, 4, "Too many sessions"),
    /** There is no memory for its body. */
    NO_MEMORY(503, 4, "Too busy"),
    /** Its address sends too many requests. */
    TOO_MANY_REQUESTS(429, 4, "Too many requests"),
    /** The server stops and opens no new sessions. */
    SHUTTING_DOWN(503, 4, "Server shutting down");

    private final int status;
    private final String json;

    Refusal(int status, int code, String message) {
        this.status = status;
        this.json = "{\"code\":" + code + ",\"message\":\"" + message + "\"}";
    }

    /** {@return the HTTP status} */
    public int status() {
        return status;
    }

    /** {@return the body of the answer} */
    public byte[] json() {
        return json.getBytes(StandardCharsets.US_ASCII);
    }
}
