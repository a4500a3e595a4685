package ulens.gateway.web;

/** The gateway can't start. The message tells operators the reason, without secrets. */
public final class StartFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StartFailedException(String message) {
        super(message);
    }
}
