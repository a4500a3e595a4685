package ulens.gateway.intake;

import ulens.gateway.rabbitmq.incoming.IncomingMessage;
import ulens.gateway.stream.NewDelivery;

/** A message that passed validation, and the row to be made of it. */
record Candidate(IncomingMessage message, NewDelivery row) {
}
