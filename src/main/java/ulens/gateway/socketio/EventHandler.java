package ulens.gateway.socketio;

import java.util.List;

import tools.jackson.databind.JsonNode;

/** What the application does with an event of a client. */
@FunctionalInterface
public interface EventHandler {
    /**
     * An event has come. Runs on a virtual thread and may block; the handlers of one connection run one at a time, in
     * the order in which the client sent the events.
     *
     * @param args
     *            what the client sent with it; binary attachments are {@link tools.jackson.databind.node.BinaryNode
     *            BinaryNode}s, at any depth
     * @param ack
     *            answers the client, if it asked for an answer
     *
     * @throws Exception
     *             costs the client its connection
     */
    void handle(List<JsonNode> args, Ack ack) throws Exception;

    /**
     * This handler, then another.
     *
     * @param next
     *            runs if this one ends without an exception
     *
     * @return both as one
     */
    default EventHandler andThen(EventHandler next) {
        return (args, ack) -> {
            handle(args, ack);
            next.handle(args, ack);
        };
    }
}
