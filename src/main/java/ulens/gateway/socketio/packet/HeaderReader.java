package ulens.gateway.socketio.packet;

/**
 * Reads the header of a packet, before its JSON: {@code <type>[<attachments>-][<namespace>,][<ack id>]}.
 */
final class HeaderReader {
    /** The largest integer that a JavaScript client can count up to. */
    private static final long MAX_ID = (1L << 53) - 1;
    private static final int MAX_ID_DIGITS = 16;
    private static final int MAX_ATTACHMENT_DIGITS = 4;

    private final String text;
    private int position;

    HeaderReader(String text) {
        this.text = text;
    }

    PacketType type() {
        if (text.isEmpty()) {
            throw new MalformedPacketException("empty packet");
        }
        return PacketType.of(text.charAt(position++));
    }

    int attachments(int most) {
        int start = position;
        skipDigits();
        int digits = position - start;
        if (digits == 0 || digits > MAX_ATTACHMENT_DIGITS || text.charAt(start) == '0' || peek() != '-') {
            throw new MalformedPacketException("illegal number of attachments");
        }
        int count = Integer.parseInt(text, start, position, 10);
        if (count > most) {
            throw new MalformedPacketException("too many attachments");
        }
        position++;
        return count;
    }

    String namespace() {
        if (peek() != '/') {
            return "/";
        }
        int start = position;
        int comma = text.indexOf(',', start);
        position = comma < 0 ? text.length() : comma + 1;
        return comma < 0 ? text.substring(start) : text.substring(start, comma);
    }

    long id() {
        int start = position;
        skipDigits();
        int digits = position - start;
        if (digits == 0) {
            return Packet.NO_ID;
        }
        long id = digits > MAX_ID_DIGITS ? Long.MAX_VALUE : Long.parseLong(text, start, position, 10);
        if (id > MAX_ID) {
            throw new MalformedPacketException("ack id is too big");
        }
        return id;
    }

    /** {@return the text behind the header: the JSON, or nothing} */
    String rest() {
        return text.substring(position);
    }

    private void skipDigits() {
        while (isDigit(peek())) {
            position++;
        }
    }

    private char peek() {
        return position < text.length() ? text.charAt(position) : 0;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
