package ulens.gateway.stream;

import java.util.List;
import java.util.Set;

/**
 * What became of a batch.
 *
 * @param rows
 *            the new rows, each user's in the order of seq
 * @param duplicates
 *            how many of the batch were there already
 * @param duplicateUsers
 *            whose they are; their rows may still wait to be pushed
 */
public record StoredBatch(List<Delivery> rows, int duplicates, Set<String> duplicateUsers) {
}
