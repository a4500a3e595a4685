package ulens.gateway.config;

/**
 * A URL can't be used. The message names the part that is wrong and what was expected, and repeats nothing of the URL,
 * which may hold a password.
 */
public final class UnusableUrlException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param problem
     *            which part is wrong and what was expected, without the text of the URL
     */
    public UnusableUrlException(String problem) {
        super(problem);
    }
}
