package ulens.gateway.inbox;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Where read receipts are stored. Failures come as the database's exceptions. */
interface ReceiptStore {

    /** What one user's client says it has read. */
    record Request(String userId, Collection<Long> ids, CompletableFuture<Read> answer) {
    }

    /**
     * What a transaction has done.
     *
     * @param known
     *            ids that are the user's and read now
     * @param changed
     *            those that were unread before
     * @param readAt
     *            when these were read; if none was unread before, the latest time among the known; null without any
     * @param unread
     *            the user's unread count after it
     */
    record Read(Set<Long> known, List<Long> changed, @Nullable Instant readAt, long unread) {
    }

    /** Where a user's stream ends now: its last seq, and the generation that this is a seq of. */
    record End(long seq, long generation) {
    }

    /** Marks rows of several users, each user once, in one transaction. Returns what came of it by user. */
    Map<String, Read> read(List<Request> requests);

    /** {@return where the user's stream ends now} */
    End end(String userId);

    /** {@return ids of the user's oldest unread rows up to an end, at most so many; none if the stream began anew} */
    Set<Long> unreadIds(String userId, End upTo, int limit);
}
