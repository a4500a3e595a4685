package ulens.gateway.session;

/** The event names of the contract with clients. */
final class Events {
    static final String SUBSCRIBE = "SUBSCRIBE_NOTIFICATIONS";
    static final String READ = "READ_NOTIFICATIONS";
    static final String NEW = "NEW_NOTIFICATION";
    static final String SYNCED = "NOTIFICATIONS_SYNCED";
    static final String WERE_READ = "NOTIFICATIONS_READ";
    static final String ERROR = "ERROR";
    static final String TEST = "TEST_NOTIFICATION";

    private Events() {
    }

    static String room(String userId) {
        return "user:" + userId + ":notifications";
    }
}
