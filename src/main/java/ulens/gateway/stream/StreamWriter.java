package ulens.gateway.stream;

import io.helidon.dbclient.DbClientException;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/** What writes new rows into streams. */
public interface StreamWriter {
    /**
     * Stores a batch in one transaction. What is there already (same user and notification id) is left as it is.
     *
     * @param batch
     *            in the order of arrival; each user's rows get seq in this order
     *
     * @return what is new
     *
     * @throws DbClientException
     *             if nothing was stored, or if it can't be known whether it was
     */
    StoredBatch store(List<NewDelivery> batch);

    /**
     * Asks which users' rows another transaction has locked at this moment.
     *
     * @param userIds
     *            whose rows
     *
     * @return those of them. A row that is only being inserted is not seen
     *
     * @throws DbClientException
     *             also if the lock is one of a whole table
     */
    Set<String> locked(Collection<String> userIds);
}
