package ulens.gateway.intake;

import ulens.gateway.intake.event.EventParser;
import ulens.gateway.intake.event.Parsed;
import ulens.gateway.rabbitmq.incoming.IncomingMessage;
import ulens.gateway.stream.NewDelivery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A batch whose messages have been read, each kind in the order in which they came.
 *
 * @param candidates
 *            messages that can become rows
 * @param refused
 *            messages that can never become a row, with the reason
 * @param failed
 *            messages that could not be read though they may be valid, with the reason
 */
record CheckedBatch(List<Candidate> candidates, Map<IncomingMessage, String> refused,
        Map<IncomingMessage, String> failed) {

    private static final System.Logger LOGGER = System.getLogger(CheckedBatch.class.getName());

    static CheckedBatch of(List<IncomingMessage> batch, EventParser parser) {
        List<Candidate> candidates = new ArrayList<>(batch.size());
        Map<IncomingMessage, String> refused = new LinkedHashMap<>();
        Map<IncomingMessage, String> failed = new LinkedHashMap<>();
        for (IncomingMessage message : batch) {
            if (!message.live()) {
                // it comes again, behind earlier ones of its user that were set aside
                continue;
            }
            Optional<String> known = message.unreadable().map(why -> "headers can't be read: " + why)
                    .or(() -> DeadLetters.reasonOnTheRound(message));
            if (known.isPresent()) {
                refused.put(message, known.get());
                continue;
            }
            try {
                switch (parser.parse(message.getPayload())) {
                    case Parsed.Accepted(NewDelivery row) -> candidates.add(new Candidate(message, row));
                    case Parsed.Rejected(String reason) -> refused.put(message, reason);
                }
            } catch (RuntimeException | StackOverflowError failure) {
                LOGGER.log(System.Logger.Level.ERROR, "[GATEWAY][RMQ] " + message + " could not be parsed", failure);
                failed.put(message, failure.getClass().getSimpleName());
            }
        }
        return new CheckedBatch(candidates, refused, failed);
    }
}
