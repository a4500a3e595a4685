package ulens.gateway.intake.event;

import ulens.gateway.stream.NewDelivery;

/** The result of parsing a message body. */
public sealed interface Parsed {
    /**
     * The body can become a row.
     *
     * @param row
     *            the row
     */
    record Accepted(NewDelivery row) implements Parsed {
    }

    /**
     * The body can never become a row.
     *
     * @param reason
     *            the reason, for the producer; it quotes nothing of the body
     */
    record Rejected(String reason) implements Parsed {
    }
}
