package ulens.gateway.socketio;

/**
 * Describes an exception of the application for the log, without its message, which may quote a client's input.
 */
final class FailureText {
    private static final int MOST_CAUSES = 4;
    private static final int MOST_FRAMES = 6;

    private FailureText() {
    }

    /** {@return type and place of a failure and of its causes} */
    static String of(Throwable failure) {
        StringBuilder text = new StringBuilder();
        Throwable current = failure;
        for (int depth = 0; current != null && depth < MOST_CAUSES; depth++, current = current.getCause()) {
            text.append(depth == 0 ? "" : ", caused by ").append(current.getClass().getName());
            StackTraceElement[] frames = current.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
                text.append(i == 0 ? " at " : " < ").append(frames[i]);
            }
        }
        return text.toString();
    }
}
