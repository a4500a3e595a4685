package ulens.gateway.engineio;

import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import ulens.gateway.engineio.inbound.HttpConnection;
import ulens.gateway.engineio.inbound.InboundShare;
import ulens.gateway.engineio.packet.Payload;
import ulens.gateway.engineio.request.Refusal;
import ulens.gateway.engineio.request.RefusedException;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads the body of a POST. It may not be larger than the session may send now, and its memory is taken from the
 * session's share as it arrives: twice its size, once for its bytes and once for the packets made of them. Close it
 * when the packets have been handed on.
 */
final class PostBody implements AutoCloseable {
    private static final int STEP = 8 * 1024;
    private static final int COST_OF_A_PACKET = 96;

    private final InboundShare share;
    private byte[] bytes = new byte[0];
    private int length;
    private long taken;

    PostBody(InboundShare share) {
        this.share = share;
    }

    byte[] read(ServerRequest http) throws RefusedException {
        long promised = http.headers().contentLength().orElse(0);
        if (promised > share.limit()) {
            throw new RefusedException(Refusal.PAYLOAD_TOO_LARGE);
        }
        if (!http.content().hasEntity()) {
            return bytes;
        }
        HttpConnection.payBy(share);
        try {
            // The stream is not closed: closing would read to the end, which may never come.
            readAll(http.content().inputStream());
        } catch (RequestException e) {
            throw new RefusedException(
                    Status.REQUEST_ENTITY_TOO_LARGE_413.equals(e.status()) ? Refusal.PAYLOAD_TOO_LARGE
                            : Refusal.BAD_REQUEST);
        } catch (IOException | RuntimeException e) {
            throw new RefusedException(Refusal.BAD_REQUEST);
        } finally {
            HttpConnection.payByStranger();
        }
        take((long) COST_OF_A_PACKET * packets());
        return bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
    }

    private void readAll(InputStream in) throws IOException, RefusedException {
        while (true) {
            if (length == bytes.length) {
                grow();
            }
            int more = in.read(bytes, length, bytes.length - length);
            if (more < 0) {
                return;
            }
            length += more;
            if (length > share.limit()) {
                throw new RefusedException(Refusal.PAYLOAD_TOO_LARGE);
            }
        }
    }

    private void grow() throws RefusedException {
        int size = Math.min(Math.max(STEP, 2 * length), Math.max(share.limit(), length) + 1);
        take(2L * (size - length));
        bytes = Arrays.copyOf(bytes, size);
    }

    private void take(long cost) throws RefusedException {
        if (!share.take(cost)) {
            throw new RefusedException(Refusal.NO_MEMORY);
        }
        taken += cost;
    }

    private int packets() {
        int packets = 1;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == Payload.SEPARATOR) {
                packets++;
            }
        }
        return packets;
    }

    @Override
    public void close() {
        share.give(taken);
        taken = 0;
    }
}
