package ulens.gateway.inbox;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/**
 * What a request to mark rows as read has come to.
 *
 * @param notificationIds
 *            the ids that are read now, in the order of the stream
 * @param changed
 *            those of them that were unread before
 * @param unknownIds
 *            ids that are not this user's
 * @param readAt
 *            when they were read; null if there are none
 * @param unread
 *            the user's unread count
 */
public record Receipt(List<Long> notificationIds, List<Long> changed, List<Long> unknownIds, @Nullable Instant readAt,
        long unread) {
}
