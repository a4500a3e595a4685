package ulens.gateway.stream;

import java.util.List;

/**
 * A page of a user's stream.
 *
 * @param rows
 *            in the order of seq
 * @param generation
 *            the stream's then; {@link Position#NO_STREAM} if there is none
 * @param head
 *            the user's last seq when it was read
 * @param unread
 *            the user's unread count then
 * @param settled
 *            up to here the user's rows are known to be delivered and read
 * @param last
 *            whether there was no more behind it
 */
public record Page(List<Delivery> rows, long generation, long head, long unread, long settled, boolean last) {
}
