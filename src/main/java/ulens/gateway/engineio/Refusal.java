package ulens.gateway.engineio;

import java.nio.charset.StandardCharsets;

/** The answers to requests that are refused; codes and messages up to 5 are those of the official server. */
enum Refusal {
    UNKNOWN_TRANSPORT(400, 0, "Transport unknown"), UNKNOWN_SID(400, 1, "Session ID unknown"),
    BAD_HANDSHAKE_METHOD(400, 2, "Bad handshake method"), BAD_REQUEST(400, 3, "Bad request"),
    FORBIDDEN(403, 4, "Forbidden"), UNSUPPORTED_VERSION(400, 5, "Unsupported protocol version"),
    PAYLOAD_TOO_LARGE(413, 3, "Payload too large"), TOO_MANY_SESSIONS(503, 4, "Too many sessions"),
    SHUTTING_DOWN(503, 4, "Server shutting down");

    private final int status;
    private final byte[] json;

    Refusal(int status, int code, String message) {
        this.status = status;
        this.json = ("{\"code\":" + code + ",\"message\":\"" + message + "\"}").getBytes(StandardCharsets.US_ASCII);
    }

    int status() {
        return status;
    }

    byte[] json() {
        return json.clone();
    }
}
