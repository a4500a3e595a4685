package ulens.gateway.stream;

/** A socket that always has room, and to which nothing else happens but what a test overrides. */
abstract class OpenSink implements Sink<Long> {
    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public boolean awaitRoom() {
        return true;
    }

    @Override
    public void whenReceived(Runnable action) {
        // it never proves anything
    }

    @Override
    public void drop() {
        throw new AssertionError("nothing is wrong with it");
    }

    @Override
    public void subscribed(long unread) {
        // nothing to tell
    }
}
