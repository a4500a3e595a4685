package ulens.gateway.websocket;

/** An allowance that knows what is held, and can run out. */
final class CountedAllowance implements Allowance {
    int limit;
    long memory = Long.MAX_VALUE;
    private long held;
    private long most;

    CountedAllowance(int limit) {
        this.limit = limit;
    }

    @Override
    public int limit() {
        return limit;
    }

    @Override
    public boolean take(long bytes) {
        if (held + bytes > memory) {
            return false;
        }
        held += bytes;
        most = Math.max(most, held);
        return true;
    }

    @Override
    public void give(long bytes) {
        held -= bytes;
    }

    long held() {
        return held;
    }

    long most() {
        return most;
    }
}
