package ulens.gateway.socketio;

import tools.jackson.databind.JsonNode;

import java.util.List;

/** The application's handler of an event of a client. */
@FunctionalInterface
public interface EventHandler {
    /**
     * Handles an event. Runs on a virtual thread and may block; the handlers of one connection run one at a time, in
     * the order in which the client sent the events.
     *
     * @param args
     *            the arguments of the event; binary attachments are {@link tools.jackson.databind.node.BinaryNode
     *            BinaryNode}s, at any depth
     * @param ack
     *            answers the client, if it asked for an answer
     *
     * @throws Exception
     *             closes the connection of the client
     */
    void handle(List<JsonNode> args, Ack ack) throws Exception;

    /**
     * Chains another handler behind this one.
     *
     * @param next
     *            runs if this one ends without an exception
     *
     * @return a handler that runs both
     */
    default EventHandler andThen(EventHandler next) {
        return (args, ack) -> {
            handle(args, ack);
            next.handle(args, ack);
        };
    }
}
