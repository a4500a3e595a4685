package ulens.gateway.recovery;

import ulens.gateway.stream.Position;

import java.util.Optional;

/**
 * The beginning of a connection.
 *
 * @param session
 *            the session, new or resumed
 * @param resumed
 *            whether the client resumes
 * @param position
 *            the position of the client, if it has any row
 * @param provedBefore
 *            seq up to which the client had proved receipt earlier, in the position's generation
 */
public record SessionStart(ClientSession session, boolean resumed, Optional<Position> position, long provedBefore) {
}
