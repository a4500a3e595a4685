package ulens.gateway.http;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;

/**
 * Finds the end of a chunked body, so that the bytes behind it are not handed on with it. Like Helidon 4.1.2 it
 * understands only chunks without extensions and without trailers. No end is found in any other body, and Helidon
 * refuses it.
 */
final class ChunkedBody {
    private static final int MOST_DIGITS = 8;

    private enum Expects {
        SIZE, SIZE_LF, DATA, DATA_CR, DATA_LF, LAST_CR, LAST_LF, NOTHING
    }

    private Expects expects = Expects.SIZE;
    private long size;
    private int digits;
    private boolean broken;

    /**
     * Reads the next bytes.
     *
     * @return how many of them belong to the body
     */
    int take(byte[] bytes) {
        return take(bytes, null);
    }

    /** {@return the data of the chunks, without their sizes and line ends} */
    byte[] unpacked(byte[] bytes) {
        ByteArrayOutputStream data = new ByteArrayOutputStream(bytes.length);
        take(bytes, data);
        return data.toByteArray();
    }

    private int take(byte[] bytes, @Nullable ByteArrayOutputStream data) {
        int at = 0;
        while (at < bytes.length && !hasEnded()) {
            if (expects == Expects.DATA) {
                int part = (int) Math.min(size, bytes.length - at);
                if (data != null) {
                    data.write(bytes, at, part);
                }
                at += part;
                size -= part;
                if (size == 0) {
                    expects = Expects.DATA_CR;
                }
            } else if (!next(bytes[at++])) {
                broken = true;
                return bytes.length;
            }
        }
        return at;
    }

    /** {@return whether the bytes were not a chunked body, so that no end will be found} */
    boolean isBroken() {
        return broken;
    }

    /** {@return whether the end of the body has been read} */
    boolean hasEnded() {
        return expects == Expects.NOTHING;
    }

    private boolean next(byte b) {
        int digit = Character.digit(b, 16);
        switch (expects) {
            case SIZE -> {
                if (digit >= 0 && digits < MOST_DIGITS) {
                    size = size * 16 + digit;
                    digits++;
                    return true;
                }
                expects = Expects.SIZE_LF;
                return b == '\r' && digits > 0;
            }
            case SIZE_LF -> {
                expects = size == 0 ? Expects.LAST_CR : Expects.DATA;
                digits = 0;
                return b == '\n';
            }
            case DATA_CR -> {
                expects = Expects.DATA_LF;
                return b == '\r';
            }
            case DATA_LF -> {
                expects = Expects.SIZE;
                return b == '\n';
            }
            case LAST_CR -> {
                expects = Expects.LAST_LF;
                return b == '\r';
            }
            default -> {
                expects = Expects.NOTHING;
                return b == '\n';
            }
        }
    }
}
