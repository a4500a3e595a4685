package ulens.gateway.http;

/** Why a connection was ended by this side, or was not let in. */
public enum Ending {
    /** There was no room, and no connection that could be ended to make room. */
    REFUSED("refused"),
    /** Its address has opened too many connections in a short time. */
    LIMITED("limited"),
    /** It was ended to make room for another connection. */
    EVICTED("evicted"),
    /** No byte has come for too long. */
    SILENT("silent"),
    /** The head of a request took too long. */
    SLOW_HEAD("slow head"),
    /** The body of a request took too long. */
    SLOW_BODY("slow body"),
    /** The answer to a request was not read for too long. */
    UNREAD_ANSWER("answer not read"),
    /** Nothing came after the last request for too long. */
    IDLE("idle"),
    /** Its bytes were not the head of an HTTP request. */
    MALFORMED("malformed");

    private final String words;

    Ending(String words) {
        this.words = words;
    }

    /** {@return its name in the log} */
    public String words() {
        return words;
    }

    /** {@return whether it is normal and worth no log line: browsers open connections that they may never use} */
    boolean isUsual() {
        return this == SILENT || this == IDLE;
    }
}
