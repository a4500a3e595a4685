package ulens.gateway.intake;

import ulens.gateway.delivery.NewDelivery;

/** What a message body turned out to be. */
sealed interface Parsed {
    /**
     * It can become a row.
     *
     * @param row
     *            the row
     */
    record Accepted(NewDelivery row) implements Parsed {
    }

    /**
     * It can never become a row.
     *
     * @param reason
     *            why, in words for its producer; holds nothing of the body
     */
    record Rejected(String reason) implements Parsed {
    }
}
