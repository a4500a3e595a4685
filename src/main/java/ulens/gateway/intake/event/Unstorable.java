package ulens.gateway.intake.event;

/** Ends the parsing of an event that can't be stored, with the reason. Never leaves {@link EventParser}. */
final class Unstorable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    Unstorable(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
