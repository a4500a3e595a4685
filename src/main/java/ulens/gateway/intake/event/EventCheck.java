package ulens.gateway.intake.event;

import java.util.Optional;

/** Checks, without storing anything, whether intake would store an event. Thread-safe. */
public final class EventCheck {
    private final EventParser parser;

    /**
     * Creates a check by the rules of intake.
     *
     * @param maxBody
     *            largest body in bytes
     */
    public EventCheck(int maxBody) {
        // a time that can't be read counts as missing; intake counts it, not this check
        this.parser = new EventParser(maxBody, _ -> {
        });
    }

    /**
     * Checks a body.
     *
     * @param body
     *            the body of a message
     *
     * @return the reason that its dead letter would have in header {@code x-error}; empty if it would be stored
     */
    public Optional<String> refusal(byte[] body) {
        return switch (parser.parse(body)) {
            case Parsed.Accepted _ -> Optional.empty();
            case Parsed.Rejected(String reason) -> Optional.of(reason);
        };
    }
}
