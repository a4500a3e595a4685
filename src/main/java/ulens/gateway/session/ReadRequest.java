package ulens.gateway.session;

import tools.jackson.databind.JsonNode;
import ulens.gateway.inbox.Receipts;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The notifications that a client asks to mark as read. */
sealed interface ReadRequest {
    /** The notifications with these ids. */
    record Ids(Set<Long> ids) implements ReadRequest {
    }

    /** All notifications of the user. */
    record All() implements ReadRequest {
    }

    /** The arguments are malformed; the message says what was expected. */
    record Bad(String message) implements ReadRequest {
    }

    static ReadRequest of(List<JsonNode> arguments) {
        JsonNode request = arguments.isEmpty() ? null : arguments.getFirst();
        if (request == null || !request.isObject()) {
            return new Bad("expected an object: {notificationIds: [1, 2]} or {all: true}");
        }
        JsonNode all = request.get("all");
        JsonNode ids = request.get("notificationIds");
        if (all != null && ids != null) {
            return new Bad("expected either notificationIds or all, not both");
        }
        if (all != null) {
            return all.isBoolean() && all.booleanValue() ? new All() : new Bad("all must be true");
        }
        if (ids == null || !ids.isArray() || ids.isEmpty() || ids.size() > Receipts.MOST_IDS) {
            return new Bad("notificationIds must be an array of 1 to " + Receipts.MOST_IDS + " ids");
        }
        Set<Long> distinct = new LinkedHashSet<>();
        for (JsonNode id : ids) {
            if (!id.isIntegralNumber() || !id.canConvertToLong()) {
                return new Bad("every one of notificationIds must be an integer of 64 bits");
            }
            distinct.add(id.longValue());
        }
        return new Ids(distinct);
    }
}
