package ulens.gateway.engineio.inbound;

import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;

import ulens.gateway.http.DelegatingContext;

/**
 * A connection whose unread input is counted. Helidon buffers a head, and a chunk of a chunked body, until it is
 * complete, before a handler sees a byte. These bytes are counted here as they arrive: by the {@link InboundShare} of
 * the session whose body is being read, otherwise by that of a stranger. The first read (8 KiB at most) is free; every
 * further read before that is handled costs its bytes and the overhead of its buffer, so that a peer that sends single
 * bytes gains nothing. Used by the connection's own thread.
 */
final class CountedInput extends DelegatingContext {
    /** Bytes that a stranger may leave unread: enough for the largest head that Helidon accepts. */
    static final int STRANGERS_LIMIT = 64 * 1024;

    private static final int COST_OF_A_READ = 64;

    private final InboundShare own;
    private final DataReader reader = new DataReader(this::pull);
    private InboundShare payer;
    private long taken;

    CountedInput(ConnectionContext helidon, InboundBudget budget) {
        super(helidon);
        this.own = new InboundShare(budget, STRANGERS_LIMIT, false, () -> true);
        this.payer = own;
    }

    private byte[] pull() {
        int unread = reader.available();
        if (unread == 0) {
            release();
        }
        DataReader in = behind().dataReader();
        in.ensureAvailable();
        byte[] bytes = in.readBytes(in.available());
        if (unread > 0) {
            charge(unread, bytes.length);
        }
        return bytes;
    }

    private void charge(int unread, int more) {
        if (unread + more > Math.max(payer.limit(), STRANGERS_LIMIT) || !payer.take(more + COST_OF_A_READ)) {
            throw new CloseConnectionException("too much is sent before it can be read");
        }
        taken += more + COST_OF_A_READ;
    }

    /** From here on a session pays for the unread input. */
    void payBy(InboundShare session) {
        release();
        payer = session;
    }

    /** Counts unread input against the stranger's share again, after a body. */
    void payByStranger() {
        payBy(own);
    }

    /** Gives back all memory: all input has been read, or none will be. */
    void release() {
        payer.give(taken);
        taken = 0;
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }
}
