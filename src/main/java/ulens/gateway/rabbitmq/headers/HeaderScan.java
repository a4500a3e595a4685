package ulens.gateway.rabbitmq.headers;

/**
 * Walks through the bytes of AMQP properties without decoding them, and finds those that the client library can't
 * decode. A position is an index into the payload of a content header frame; a negative one is a fault. Allocates
 * nothing: it runs for every message, on the thread that reads the socket.
 */
final class HeaderScan {

    /** Levels of tables and lists that the client library reads below the header table itself. */
    static final int DEEPEST = 32;
    /** Index of the flags, behind class id, weight and body size. */
    static final int FLAGS = 12;

    static final int TOO_DEEP = -1;
    static final int UNKNOWN_TYPE = -2;
    static final int CUT_OFF = -3;
    static final int BAD_FLAGS = -4;

    static final int PROPERTIES = 14;
    static final int HEADERS = 2;
    private static final int DELIVERY_MODE = 3;
    private static final int PRIORITY = 4;
    private static final int TIMESTAMP = 9;
    private static final int LENGTH_BYTES = 4;

    private HeaderScan() {
    }

    /** {@return the position behind all properties, or the fault} */
    static int properties(byte[] frame) {
        if (frame.length < FLAGS + 2) {
            return CUT_OFF;
        }
        if ((frame[FLAGS + 1] & 1) != 0) {
            return BAD_FLAGS;
        }
        int at = FLAGS + 2;
        for (int property = 0; property < PROPERTIES && at >= 0; property++) {
            if (present(frame, property)) {
                at = property(frame, at, property);
            }
        }
        return at;
    }

    /**
     * {@return whether the flags announce a property} 0 is the content type, the others follow in the order of the
     * specification.
     */
    static boolean present(byte[] frame, int property) {
        int flags = (frame[FLAGS] & 0xff) << 8 | frame[FLAGS + 1] & 0xff;
        return (flags >> 15 - property & 1) != 0;
    }

    /** The position behind one property. */
    static int property(byte[] frame, int at, int property) {
        return switch (property) {
            case HEADERS -> entries(frame, at, frame.length, 0, true);
            case DELIVERY_MODE, PRIORITY -> bytes(at, 1, frame.length);
            case TIMESTAMP -> bytes(at, Long.BYTES, frame.length);
            default -> shortText(frame, at, frame.length);
        };
    }

    /** The position behind a text of at most 255 bytes. */
    static int shortText(byte[] frame, int at, int end) {
        return at < end ? bytes(at, 1 + (frame[at] & 0xff), end) : CUT_OFF;
    }

    /** The position behind a value with its type, inside a table or list of that depth. */
    static int value(byte[] frame, int at, int end, int depth) {
        if (at >= end) {
            return CUT_OFF;
        }
        int from = at + 1;
        return switch (frame[at]) {
            case 'V' -> from;
            case 't', 'b', 'B' -> bytes(from, 1, end);
            case 's', 'u' -> bytes(from, Short.BYTES, end);
            case 'I', 'i', 'f' -> bytes(from, Integer.BYTES, end);
            case 'D' -> bytes(from, 1 + Integer.BYTES, end);
            case 'l', 'd', 'T' -> bytes(from, Long.BYTES, end);
            case 'S', 'x' -> measured(frame, from, end);
            case 'F' -> entries(frame, from, end, depth + 1, true);
            case 'A' -> entries(frame, from, end, depth + 1, false);
            default -> UNKNOWN_TYPE;
        };
    }

    /** {@return the position behind a value that begins with its own length; its content is not checked} */
    static int measured(byte[] frame, int at, int end) {
        if (end - at < LENGTH_BYTES) {
            return CUT_OFF;
        }
        int length = length(frame, at);
        return length < 0 ? CUT_OFF : bytes(at + LENGTH_BYTES, length, end);
    }

    private static int entries(byte[] frame, int from, int end, int depth, boolean named) {
        if (depth > DEEPEST) {
            return TOO_DEEP;
        }
        int last = measured(frame, from, end);
        int at = last < 0 ? last : from + LENGTH_BYTES;
        while (at >= 0 && at < last) {
            at = named ? shortText(frame, at, last) : at;
            at = at < 0 ? at : value(frame, at, last, depth);
        }
        return at;
    }

    private static int bytes(int at, int count, int end) {
        return count <= end - at ? at + count : CUT_OFF;
    }

    private static int length(byte[] frame, int at) {
        return (frame[at] & 0xff) << 24 | (frame[at + 1] & 0xff) << 16 | (frame[at + 2] & 0xff) << 8
                | frame[at + 3] & 0xff;
    }
}
