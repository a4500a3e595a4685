package ulens.gateway.websocket;

/** The close codes of RFC 6455, 7.4, that this side sends, and the check of those that a peer sends. */
public final class CloseCode {
    /** The connection has served its purpose. */
    public static final int NORMAL = 1000;
    /** The server stops, or does not serve this peer any more. */
    public static final int GOING_AWAY = 1001;
    /** Input that is no WebSocket frame, or a frame that is not allowed here. */
    public static final int PROTOCOL_ERROR = 1002;
    /** The peer closed without a code. Used in memory only, never sent. */
    public static final int NO_CODE = 1005;
    /** A text message that is not UTF-8. */
    public static final int INVALID_DATA = 1007;
    /** A message is larger than allowed. */
    public static final int TOO_BIG = 1009;
    /** This side has failed. */
    public static final int INTERNAL_ERROR = 1011;
    /** There is no memory for the message now. */
    public static final int TRY_AGAIN_LATER = 1013;

    private static final int ABNORMAL = 1006;
    private static final int UNASSIGNED = 1004;
    private static final int LAST_ASSIGNED = 1014;
    private static final int FIRST_FREE = 3000;
    private static final int LAST_FREE = 4999;

    private CloseCode() {
    }

    /**
     * {@return whether a close frame may carry this code: the registered codes, and those for libraries and
     * applications}
     */
    static boolean mayBeSent(int code) {
        boolean assigned = code >= NORMAL && code <= LAST_ASSIGNED && code != UNASSIGNED && code != NO_CODE
                && code != ABNORMAL;
        return assigned || code >= FIRST_FREE && code <= LAST_FREE;
    }
}
