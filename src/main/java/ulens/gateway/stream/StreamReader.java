package ulens.gateway.stream;

import io.helidon.dbclient.DbClientException;

import java.util.Collection;
import java.util.Map;

/** The streams of all users, as cursors need them: pages to go on with, and heads to see whether there is more. */
interface StreamReader {
    /**
     * Reads a page of a user's stream.
     *
     * @param userId
     *            whose stream
     * @param after
     *            rows with a greater seq only
     * @param openUntil
     *            up to this seq only rows that are undelivered or unread, beyond it every row
     * @param limit
     *            most rows; fewer come, but at least one, if they are big
     *
     * @return the rows, and the user's head and generation at the same moment
     *
     * @throws DbClientException
     *             if the database does not say
     */
    Page page(String userId, long after, long openUntil, int limit);

    /**
     * Reads the heads of streams.
     *
     * @param userIds
     *            whose
     *
     * @return heads by user; users without a stream are missing
     *
     * @throws DbClientException
     *             if the database does not say
     */
    Map<String, Head> heads(Collection<String> userIds);
}
