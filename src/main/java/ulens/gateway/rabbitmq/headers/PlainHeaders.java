package ulens.gateway.rabbitmq.headers;

import com.rabbitmq.client.LongString;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns the values of an AMQP header table into plain Java values. */
public final class PlainHeaders {

    private PlainHeaders() {
    }

    /**
     * Converts a header table.
     *
     * @param headers
     *            headers as the client library decodes them; null for none
     *
     * @return a copy: text as {@link String}, numbers as {@link Number}, tables and lists converted in the same way
     */
    public static Map<String, Object> plain(Map<String, Object> headers) {
        if (headers == null || headers.isEmpty()) {
            return Map.of();
        }
        Map<String, Object> plain = LinkedHashMap.newLinkedHashMap(headers.size());
        headers.forEach((name, value) -> plain.put(name, plain(value)));
        return Collections.unmodifiableMap(plain);
    }

    private static Object plain(Object value) {
        return switch (value) {
            case LongString text -> text.toString();
            case Map<?, ?> table -> plainTable(table);
            case List<?> list -> list.stream().map(PlainHeaders::plain).toList();
            case null, default -> value;
        };
    }

    private static Map<String, Object> plainTable(Map<?, ?> table) {
        Map<String, Object> plain = LinkedHashMap.newLinkedHashMap(table.size());
        table.forEach((name, value) -> plain.put(String.valueOf(name), plain(value)));
        return Collections.unmodifiableMap(plain);
    }
}
