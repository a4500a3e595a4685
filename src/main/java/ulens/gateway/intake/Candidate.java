package ulens.gateway.intake;

import ulens.gateway.delivery.NewDelivery;
import ulens.gateway.rabbitmq.RabbitMqMessage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A message that passed validation, and the row to be made of it. */
record Candidate(RabbitMqMessage message, NewDelivery row) {
    /** {@return the SHA-256 of the body, in hex} */
    String fingerprint() {
        try {
            return SuspectTable.hex(MessageDigest.getInstance("SHA-256").digest(message.getPayload()));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
