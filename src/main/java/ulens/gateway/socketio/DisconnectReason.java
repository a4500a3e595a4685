package ulens.gateway.socketio;

/** The reasons that this package sets, named as in the stock server; the others come from the Engine.IO session. */
final class DisconnectReason {
    static final String CLIENT_NAMESPACE = "client namespace disconnect";
    static final String SERVER_NAMESPACE = "server namespace disconnect";
    static final String PARSE_ERROR = "parse error";

    private DisconnectReason() {
    }
}
