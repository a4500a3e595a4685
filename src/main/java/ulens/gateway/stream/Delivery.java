package ulens.gateway.stream;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/**
 * A row of table {@code delivery} on its way to its user.
 *
 * @param userId
 *            whose it is
 * @param generation
 *            of the user's stream in which it has its seq
 * @param seq
 *            its position in the user's stream
 * @param notificationId
 *            the producer's id
 * @param message
 *            what the user sees
 * @param metadata
 *            JSON text, or null
 * @param sentAt
 *            when the producer sent it
 * @param readAt
 *            when it was read, or null
 */
public record Delivery(String userId, long generation, long seq, long notificationId, String message,
        @Nullable String metadata, Instant sentAt, @Nullable Instant readAt) {

    private static final int ENVELOPE = 256;

    /** {@return about how long it is on the wire} */
    int characters() {
        return ENVELOPE + message.length() + (metadata == null ? 0 : metadata.length());
    }

    /** Leaves out what the user sees: rows end up in logs. */
    @Override
    public String toString() {
        return "Delivery[" + userId + " #" + seq + "]";
    }
}
