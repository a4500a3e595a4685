package ulens.gateway.socketio;

/** What may be written into a log: nothing that can break a line, and of an exception never its message. */
final class LogText {
    private static final int MAX_LENGTH = 64;
    private static final int MAX_FRAMES = 6;

    private LogText() {
    }

    /** {@return text from outside, short and without control characters} */
    static String of(String foreign) {
        String head = foreign.substring(0, Math.min(foreign.length(), MAX_LENGTH));
        return head.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]", "?");
    }

    /** {@return type and place of a failure and of its causes; messages may quote what a client sent} */
    static String of(Throwable failure) {
        StringBuilder text = new StringBuilder();
        Throwable current = failure;
        for (int depth = 0; current != null && depth < 4; depth++, current = current.getCause()) {
            text.append(depth == 0 ? "" : ", caused by ").append(current.getClass().getName());
            StackTraceElement[] frames = current.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, MAX_FRAMES); i++) {
                text.append(i == 0 ? " at " : " < ").append(frames[i]);
            }
        }
        return text.toString();
    }
}
