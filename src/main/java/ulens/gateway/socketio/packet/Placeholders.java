package ulens.gateway.socketio.packet;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BinaryNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The places in a payload where its attachments belong, {@code {"_placeholder":true,"num":0}}. They are found before
 * the attachments arrive, so that a packet which can never become complete is refused before any attachment is kept.
 */
final class Placeholders {
    private static final String MARK = "_placeholder";
    private static final String NUMBER = "num";

    private final Consumer<JsonNode>[] places;

    @SuppressWarnings("unchecked")
    private Placeholders(int count) {
        places = (Consumer<JsonNode>[]) new Consumer<?>[count];
    }

    /**
     * Finds the place of each attachment.
     *
     * @throws MalformedPacketException
     *             if a placeholder is missing, duplicate, out of range, or has further members
     */
    static Placeholders find(JsonNode payload, int count) {
        Placeholders found = new Placeholders(count);
        found.search(payload);
        if (Arrays.stream(found.places).anyMatch(Objects::isNull)) {
            throw new MalformedPacketException("placeholder is missing");
        }
        return found;
    }

    void fill(List<byte[]> attachments) {
        for (int i = 0; i < places.length; i++) {
            places[i].accept(BinaryNode.valueOf(attachments.get(i)));
        }
    }

    private void search(JsonNode node) {
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int index = i;
                visit(array.get(i), filled -> array.set(index, filled));
            }
        } else if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                visit(field.getValue(), filled -> object.set(field.getKey(), filled));
            }
        }
    }

    private void visit(JsonNode child, Consumer<JsonNode> place) {
        if (child instanceof ObjectNode object && isPlaceholder(object)) {
            claim(object, place);
        } else {
            search(child);
        }
    }

    private void claim(ObjectNode placeholder, Consumer<JsonNode> place) {
        JsonNode number = placeholder.get(NUMBER);
        if (placeholder.size() != 2 || number == null || !number.isIntegralNumber() || !number.canConvertToInt()) {
            throw new MalformedPacketException("illegal placeholder");
        }
        int index = number.intValue();
        if (index < 0 || index >= places.length || places[index] != null) {
            throw new MalformedPacketException("placeholder is out of range or there twice");
        }
        places[index] = place;
    }

    private static boolean isPlaceholder(ObjectNode object) {
        JsonNode mark = object.get(MARK);
        return mark != null && mark.isBoolean() && mark.booleanValue();
    }
}
