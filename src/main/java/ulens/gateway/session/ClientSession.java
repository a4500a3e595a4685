package ulens.gateway.session;

/**
 * The state of a client session, as it is stored.
 *
 * @param pid
 *            private id of the client
 * @param userId
 *            whose client it is
 * @param sid
 *            socket id
 * @param epoch
 *            counts its connections, from 1
 * @param subscribed
 *            whether it has asked for notifications
 * @param provedSeq
 *            up to here it had proved receipt when it connected
 * @param ended
 *            why its connection ended; null while it is on line
 */
record ClientSession(String pid, String userId, String sid, int epoch, boolean subscribed, long provedSeq,
        String ended) {

    /** {@return the same, connected anew} */
    ClientSession resumed(long offset) {
        return new ClientSession(pid, userId, sid, epoch + 1, subscribed, Math.max(provedSeq, offset), null);
    }

    /** {@return the same, subscribed} */
    ClientSession withSubscription() {
        return new ClientSession(pid, userId, sid, epoch, true, provedSeq, ended);
    }

    /** {@return the same, ended} */
    ClientSession ended(String reason) {
        return new ClientSession(pid, userId, sid, epoch, subscribed, provedSeq, reason);
    }

    /** {@return whether it may go on after its end: nobody ended it on purpose} */
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
