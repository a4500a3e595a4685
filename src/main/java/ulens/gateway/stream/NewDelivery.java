package ulens.gateway.stream;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/**
 * What is to become a row of table {@code delivery}.
 *
 * @param userId
 *            whose it is; 1 to 200 characters
 * @param notificationId
 *            the producer's id; one row per user and id
 * @param message
 *            what the user sees
 * @param metadata
 *            JSON text, or null
 * @param sentAt
 *            when the producer sent it; null: now
 * @param readAt
 *            when it was read already, or null
 */
public record NewDelivery(String userId, long notificationId, String message, @Nullable String metadata,
        @Nullable Instant sentAt, @Nullable Instant readAt) {
    /** Leaves out what the user sees: rows end up in logs. */
    @Override
    public String toString() {
        return "NewDelivery[" + userId + " notification " + notificationId + "]";
    }
}
