package ulens.gateway.limits;

/** Prepares text of a peer for a line of the log. */
public final class LogText {
    private static final int MOST = 200;

    private LogText() {
    }

    /**
     * Cuts it short, and takes out what could break a line.
     *
     * @param text
     *            of any length
     *
     * @return at most 200 characters of it, and an ellipsis if there were more
     */
    public static String of(String text) {
        String shown = text.length() > MOST ? text.substring(0, MOST) + "…" : text;
        return shown.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "");
    }
}
