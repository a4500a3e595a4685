package ulens.gateway.delivery;

import java.util.List;

/**
 * A page of a user's stream.
 *
 * @param rows
 *            in the order of seq
 * @param head
 *            the user's last seq when it was read
 * @param unread
 *            the user's unread count then
 * @param settled
 *            up to here the user's rows are known to be delivered and read
 * @param last
 *            whether there was no more behind it
 */
public record Page(List<Delivery> rows, long head, long unread, long settled, boolean last) {
}
