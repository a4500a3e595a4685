package ulens.gateway.intake;

import com.rabbitmq.client.LongString;
import org.jspecify.annotations.Nullable;
import ulens.gateway.rabbitmq.incoming.DeferredMessage;
import ulens.gateway.rabbitmq.incoming.IncomingMessage;
import ulens.gateway.rabbitmq.outgoing.Publication;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A copy of a message for the dead-letter or retry queue, with headers added that give the reason. Properties that
 * would misroute it or make the broker refuse it are left out: RabbitMQ closes the channel if the user id is not the
 * publisher's own, and routes copies to the keys in CC and BCC. If the headers no longer fit a frame they are cut, more
 * each time; the body is never cut.
 */
final class Republication {
    private static final Set<String> NEVER = Set.of("CC", "BCC", FailureHeaders.DEAD_LETTER_REASON);
    private static final int LONG_VALUE = 256;

    private final IncomingMessage message;
    private final DeferredMessage original;
    private final String exchange;
    private final String routingKey;
    private final Map<String, Object> added;
    private final Runnable sent;
    private final long since = System.nanoTime();
    private Cut cut = Cut.NOTHING;
    private @Nullable CompletableFuture<Void> outcome;

    private enum Cut {
        NOTHING(null),
        LONG_HEADERS("headers were too long: those of more than " + LONG_VALUE + " bytes were shortened, or dropped"),
        HEADERS("headers were too long: all were dropped"),
        ALL("headers and properties were too long: all were dropped");

        private final @Nullable String note;

        Cut(@Nullable String note) {
            this.note = note;
        }
    }

    /**
     * Creates a republication, which settles its message from now on.
     *
     * @param message
     *            the message
     * @param exchange
     *            exchange to publish to
     * @param routingKey
     *            routing key to publish with
     * @param added
     *            headers to add
     * @param sent
     *            runs when the broker has confirmed it
     */
    Republication(IncomingMessage message, String exchange, String routingKey, Map<String, Object> added,
            Runnable sent) {
        this.message = message;
        this.original = message.defer();
        this.exchange = exchange;
        this.routingKey = routingKey;
        this.added = added;
        this.sent = sent;
    }

    int bytes() {
        return message.getPayload().length;
    }

    /** {@return nanoseconds since the message was taken over} */
    long age() {
        return System.nanoTime() - since;
    }

    /** {@return whether the message can still be settled; if not, the broker delivers it again} */
    boolean live() {
        return original.live();
    }

    /** The broker has confirmed it. */
    void confirmed() {
        acknowledge();
        sent.run();
    }

    /** The broker has a copy of the message elsewhere. */
    void acknowledge() {
        original.ack();
    }

    void giveBack() {
        original.requeue();
    }

    /** {@return the broker's answer to the last attempt, which is made now if there is none or it has failed} */
    CompletableFuture<Void> attempt(Supplier<CompletableFuture<Void>> again) {
        CompletableFuture<Void> last = outcome;
        if (last == null || last.isDone()) {
            last = again.get();
            outcome = last;
        }
        return last;
    }

    /** Cuts more of the headers. Returns false if nothing is left to be cut. */
    boolean cutMore() {
        if (cut == Cut.ALL) {
            return false;
        }
        cut = Cut.values()[cut.ordinal() + 1];
        return true;
    }

    Publication publication() {
        return publication(exchange, routingKey, added);
    }

    /** The same for another destination. */
    Publication publication(String otherExchange, String otherKey, Map<String, Object> otherAdded) {
        Map<String, Object> headers = kept();
        headers.putAll(otherAdded);
        if (cut.note != null) {
            headers.put(FailureHeaders.CUT, cut.note);
        }
        Publication bare = Publication.persistent(otherExchange, otherKey, message.getPayload()).asMandatory();
        return bare.withProperties((cut == Cut.ALL ? bare.properties() : message.properties()).builder()
                .deliveryMode(bare.properties().getDeliveryMode()).headers(headers).expiration(null).userId(null)
                .build());
    }

    private Map<String, Object> kept() {
        Map<String, Object> headers = new TreeMap<>();
        if (message.properties().getHeaders() == null) {
            return headers;
        }
        message.properties().getHeaders().forEach((name, value) -> {
            boolean wanted = switch (cut) {
                case NOTHING -> true;
                case LONG_HEADERS -> !(value instanceof Map || value instanceof List || value instanceof byte[]);
                case HEADERS, ALL -> name.equals(FailureHeaders.EVENT) && value instanceof LongString;
            };
            if (wanted && !NEVER.contains(name)) {
                headers.put(name, cut == Cut.NOTHING ? value : shortened(value));
            }
        });
        return headers;
    }

    private static Object shortened(Object value) {
        if (value instanceof LongString text && text.length() > LONG_VALUE) {
            String whole = text.toString();
            return whole.substring(0, Math.min(LONG_VALUE, whole.length())) + "…";
        }
        return value;
    }
}
