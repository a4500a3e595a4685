package ulens.gateway.recovery;

import ulens.gateway.stream.Head;

/**
 * A session that may be resumed.
 *
 * @param session
 *            the state that was stored last
 * @param head
 *            the head of its user's stream, read after the session
 */
record StoredSession(ClientSession session, Head head) {
}
