package ulens.gateway.recovery;

import org.jspecify.annotations.Nullable;
import ulens.gateway.stream.Position;

/**
 * The stored state of a client session.
 *
 * @param pid
 *            private id of the client
 * @param userId
 *            the user of the client
 * @param sid
 *            socket id
 * @param epoch
 *            number of its connection, from 1
 * @param subscribed
 *            whether the client has subscribed
 * @param provedSeq
 *            seq up to which the client had proved receipt when it connected
 * @param generation
 *            generation of the stream that provedSeq belongs to; in another one provedSeq is meaningless
 * @param ended
 *            why its connection ended; null while it is on line
 */
public record ClientSession(String pid, String userId, String sid, int epoch, boolean subscribed, long provedSeq,
        long generation, @Nullable String ended) {

    /** {@return the state for a new connection of a client that has no row yet} */
    ClientSession resumed() {
        return new ClientSession(pid, userId, sid, epoch + 1, subscribed, provedSeq, generation, null);
    }

    /** {@return the state for a new connection of a client at this position} */
    ClientSession resumed(Position position) {
        return new ClientSession(pid, userId, sid, epoch + 1, subscribed, Math.max(provedIn(position), position.seq()),
                position.generation(), null);
    }

    /** {@return the seq up to which the client had proved receipt in the generation of this position; 0 if unknown} */
    long provedIn(Position position) {
        return position.generation() == generation ? provedSeq : 0;
    }

    /** {@return the state with a subscription} */
    ClientSession withSubscription() {
        return new ClientSession(pid, userId, sid, epoch, true, provedSeq, generation, ended);
    }

    /** {@return the state after the end of the connection} */
    ClientSession ended(String reason) {
        return new ClientSession(pid, userId, sid, epoch, subscribed, provedSeq, generation, reason);
    }

    /** {@return whether the client may resume: its connection was not ended on purpose} */
    boolean resumable() {
        return ended == null
                || !ended.equals("client namespace disconnect") && !ended.equals("server namespace disconnect");
    }

    /** Leaves out the private id. */
    @Override
    public String toString() {
        return "ClientSession[" + sid + " #" + epoch + "]";
    }
}
