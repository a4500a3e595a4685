package ulens.gateway.http;

/**
 * The first line of a request.
 *
 * @param versionAt
 *            index at which the version begins
 * @param old
 *            whether it is HTTP/1.0
 */
record RequestLine(int versionAt, boolean old) {
    /** Most bytes of a request line: a target of 16 KiB with method and version. */
    static final int MAX = 16 * 1024 + 64;
    /** Most bytes of a method. */
    static final int MAX_METHOD = 32;

    private static final int VERSION_BYTES = "HTTP/1.1".length();
    private static final String SEPARATORS = "\"(),/:;<=>?@[\\]{}";

    /** Reads the line between two indexes. */
    static RequestLine parse(byte[] bytes, int from, int to) throws BadRequest {
        int first = indexOfBlank(bytes, from, to);
        int second = first < 0 ? -1 : indexOfBlank(bytes, first + 1, to);
        for (int i = from; i < to; i++) {
            if ((bytes[i] & 0xff) < ' ' || bytes[i] == 0x7f) {
                throw new BadRequest(400, "a control character in the request line");
            }
        }
        if (first < 0) {
            throw new BadRequest(400, "not HTTP");
        }
        if (second < 0) {
            throw bytes[first + 1] == '/' ? new BadRequest(505, "HTTP/0.9 is not served")
                    : new BadRequest(400, "not a request line");
        }
        if (second == first + 1 || !isVersion(bytes, second + 1, to)) {
            throw new BadRequest(400, "not a request line");
        }
        char major = (char) bytes[second + 6];
        char minor = (char) bytes[second + 8];
        if (major != '1' || minor > '1') {
            throw new BadRequest(505, "HTTP/" + major + "." + minor + " is not served, HTTP/1.1 is");
        }
        return new RequestLine(second + 1, minor == '0');
    }

    private static int indexOfBlank(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == ' ') {
                return i;
            }
        }
        return -1;
    }

    private static boolean isVersion(byte[] bytes, int from, int to) {
        return to - from == VERSION_BYTES && bytes[from] == 'H' && bytes[from + 1] == 'T' && bytes[from + 2] == 'T'
                && bytes[from + 3] == 'P' && bytes[from + 4] == '/' && isDigit(bytes[from + 5])
                && bytes[from + 6] == '.' && isDigit(bytes[from + 7]);
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** {@return whether a byte may stand in a token (RFC 9110, 5.6.2), such as a method or the name of a header} */
    static boolean isTokenCharacter(byte b) {
        return b > ' ' && b < 0x7f && SEPARATORS.indexOf(b) < 0;
    }
}
