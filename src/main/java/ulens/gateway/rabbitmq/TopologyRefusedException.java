package ulens.gateway.rabbitmq;

import java.io.IOException;

/** The broker did not accept a declaration; the message says which and why. */
final class TopologyRefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    TopologyRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
