package ulens.gateway.session;

/** Text that somebody else wrote, made fit for a log line. */
final class LogText {
    private static final int MOST = 200;

    private LogText() {
    }

    static String of(String text) {
        String shown = text.length() > MOST ? text.substring(0, MOST) + "…" : text;
        return shown.replaceAll("\\p{C}", "");
    }
}
