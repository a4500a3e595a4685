package ulens.gateway.intake;

import io.helidon.dbclient.DbClientException;

import java.util.Collection;
import java.util.Set;

/**
 * Stores which redelivered messages are being tried, and how often, so that this survives the end of a process. A
 * message is identified by its fingerprint, the SHA-256 of its body in hex. Every method throws
 * {@link DbClientException} if the database fails.
 */
public interface AttemptLog {
    /**
     * Enters messages that are about to be tried again.
     *
     * @param fingerprints
     *            the fingerprints of the messages
     *
     * @return those of them that another process has tried already
     */
    Set<String> enter(Collection<String> fingerprints);

    /**
     * Counts a try of a message by this process.
     *
     * @param fingerprint
     *            the fingerprint of the message
     *
     * @return how many processes have tried it, including this one
     */
    int tried(String fingerprint);

    /**
     * Deletes messages that are settled.
     *
     * @param fingerprints
     *            the fingerprints of the messages
     */
    void forget(Collection<String> fingerprints);
}
