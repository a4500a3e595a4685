package ulens.gateway.http;

/**
 * A request that is refused. The reason is a fixed text of ours and repeats nothing of the request, so it may be sent
 * and logged.
 */
final class BadRequest extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String reason;

    BadRequest(int status, String reason) {
        super(reason, null, false, false);
        this.status = status;
        this.reason = reason;
    }

    int status() {
        return status;
    }

    String reason() {
        return reason;
    }
}
