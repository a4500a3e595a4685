package ulens.gateway.intake;

import io.helidon.dbclient.DbClientException;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Stores messages in their order, those alone that were in hand when another process ended: whatever it was that ended
 * it, it shall not take its neighbours with it again.
 */
final class Suspects {
    private static final System.Logger LOGGER = System.getLogger(Suspects.class.getName());

    private final SuspectTable table;
    private final BatchStore store;
    private final Exile exile;
    private final Patience patience;

    Suspects(SuspectTable table, BatchStore store, Exile exile, Patience patience) {
        this.table = table;
        this.store = store;
        this.exile = exile;
        this.patience = patience;
    }

    /** Returns false if what is left is not to be tried again. */
    boolean storeInOrder(List<Candidate> candidates) throws InterruptedException {
        Set<String> again = candidates.stream().filter(one -> one.message().redelivered()).map(Candidate::fingerprint)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (again.isEmpty()) {
            return store.store(candidates);
        }
        Optional<Set<String>> suspects = insist(() -> table.enter(again));
        if (suspects.isEmpty()) {
            return false;
        }
        List<Candidate> run = new ArrayList<>();
        for (Candidate one : candidates) {
            if (!one.message().redelivered() || !suspects.get().contains(one.fingerprint())) {
                run.add(one);
            } else if (!(run.isEmpty() || store.store(run)) || !storeAlone(one)) {
                return false;
            } else {
                run.clear();
            }
        }
        return (run.isEmpty() || store.store(run)) && insist(() -> {
            table.forget(again);
            return true;
        }).isPresent();
    }

    private boolean storeAlone(Candidate one) throws InterruptedException {
        Optional<Integer> tries = insist(() -> table.tried(one.fingerprint()));
        if (tries.isEmpty()) {
            return false;
        }
        boolean done = tries.get() > Exile.MOST_RETRIES + 1
                ? exile.deadLetter(one.message(),
                        "the gateway ended " + Exile.MOST_RETRIES + " times while it stored this alone")
                : store.store(List.of(one));
        if (done) {
            insist(() -> {
                table.forget(List.of(one.fingerprint()));
                return true;
            });
            one.message().ack();
        }
        return done;
    }

    /** Tries until the database answers; empty if that is not to be waited for any longer. */
    private <T> Optional<T> insist(Supplier<T> statement) throws InterruptedException {
        while (true) {
            try {
                T answer = statement.get();
                patience.restore();
                return Optional.of(answer);
            } catch (DbClientException failure) {
                LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] suspects wait for the database", failure);
                if (!patience.again("redelivered messages can't be looked up")) {
                    return Optional.empty();
                }
            }
        }
    }
}
