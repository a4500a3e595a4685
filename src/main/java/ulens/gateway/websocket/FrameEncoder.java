package ulens.gateway.websocket;

import java.util.List;

/**
 * Encodes the messages that a {@link FrameWriter} takes from its queue into frames, with {@link FrameFormat}.
 *
 * @param <T>
 *            type of the messages in the queue
 */
public interface FrameEncoder<T> {
    /**
     * Computes the size of a message in frames.
     *
     * @param message
     *            the message
     *
     * @return bytes of all its frames
     */
    int size(T message);

    /**
     * Writes the frames of a message.
     *
     * @param message
     *            the message
     * @param out
     *            the array to write to
     * @param start
     *            index of the first byte; there is room for {@link #size} bytes behind it
     *
     * @return the index behind the last byte
     */
    int put(T message, byte[] out, int start);

    /**
     * Puts frames and messages behind one another.
     *
     * @param first
     *            frames that go first
     * @param second
     *            frames behind those
     * @param messages
     *            the rest
     *
     * @return all of it, to be written at once
     */
    default byte[] batch(byte[] first, byte[] second, List<T> messages) {
        int size = first.length + second.length;
        for (T message : messages) {
            size += size(message);
        }
        byte[] frames = new byte[size];
        System.arraycopy(first, 0, frames, 0, first.length);
        System.arraycopy(second, 0, frames, first.length, second.length);
        int at = first.length + second.length;
        for (T message : messages) {
            at = put(message, frames, at);
        }
        return frames;
    }
}
