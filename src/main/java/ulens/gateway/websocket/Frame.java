package ulens.gateway.websocket;

/** A complete message or a control frame, as read by {@link FrameReader}. */
public sealed interface Frame {
    /**
     * A text message.
     *
     * @param utf8
     *            the bytes of the text, which are not checked to be valid UTF-8 yet, see {@link StrictUtf8}
     */
    record Text(byte[] utf8) implements Frame {
    }

    /**
     * A binary message.
     *
     * @param bytes
     *            the bytes of the message
     */
    record Binary(byte[] bytes) implements Frame {
    }

    /**
     * A ping, which must be answered with a pong ({@link FrameWriter#pong}).
     *
     * @param body
     *            the body for the pong, 125 bytes at most
     */
    record Ping(byte[] body) implements Frame {
    }

    /** A pong, the answer to a ping. */
    record Pong() implements Frame {
    }

    /**
     * A close frame.
     *
     * @param code
     *            the peer's close code; {@link CloseCode#NO_CODE} if it has sent none (RFC 6455, 7.1.5)
     */
    record Close(int code) implements Frame {
    }
}
