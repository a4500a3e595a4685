package ulens.gateway.intake;

import io.helidon.dbclient.DbClientException;
import ulens.gateway.intake.Outcome.Settled;
import ulens.gateway.intake.Outcome.Unsettled;
import ulens.gateway.rabbitmq.incoming.IncomingMessage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Stores messages in their order. Messages that were in hand when another process ended are stored alone: if one of
 * them has crashed that process, it must not affect others again. A message that was alone in hand at the end of
 * several processes becomes a dead letter.
 */
final class PoisonGuard {
    private static final System.Logger LOGGER = System.getLogger(PoisonGuard.class.getName());

    private final AttemptLog attempts;
    private final BatchStore store;
    private final DeadLetters deadLetters;
    private final IntakeBackoff backoff;

    PoisonGuard(AttemptLog attempts, BatchStore store, DeadLetters deadLetters, IntakeBackoff backoff) {
        this.attempts = attempts;
        this.store = store;
        this.deadLetters = deadLetters;
        this.backoff = backoff;
    }

    Outcome storeInOrder(List<Candidate> candidates) throws InterruptedException {
        Set<String> again = candidates.stream().map(Candidate::message).filter(IncomingMessage::redelivered)
                .map(PoisonGuard::fingerprint).collect(Collectors.toSet());
        if (again.isEmpty()) {
            return store.store(candidates);
        }
        Set<String> suspects = new HashSet<>();
        Outcome outcome = insist(() -> suspects.addAll(attempts.enter(again)));
        if (outcome instanceof Settled) {
            outcome = suspects.isEmpty() ? store.store(candidates) : storeSuspectsAlone(candidates, suspects);
        }
        return outcome instanceof Settled ? outcome.and(insist(() -> attempts.forget(again))) : outcome;
    }

    private Outcome storeSuspectsAlone(List<Candidate> candidates, Set<String> suspects) throws InterruptedException {
        Outcome outcome = Settled.DONE;
        List<Candidate> run = new ArrayList<>();
        for (Candidate one : candidates) {
            if (!one.message().redelivered() || !suspects.contains(fingerprint(one.message()))) {
                run.add(one);
                continue;
            }
            outcome = outcome.and(store.store(run));
            run.clear();
            if (outcome instanceof Settled) {
                outcome = outcome.and(storeAlone(one));
            }
            if (outcome instanceof Unsettled) {
                return outcome;
            }
        }
        return outcome.and(store.store(run));
    }

    private Outcome storeAlone(Candidate one) throws InterruptedException {
        String fingerprint = fingerprint(one.message());
        AtomicInteger tries = new AtomicInteger();
        Outcome counted = insist(() -> tries.set(attempts.tried(fingerprint)));
        if (counted instanceof Unsettled) {
            return counted;
        }
        Outcome outcome = tries.get() > DeadLetters.MOST_RETRIES + 1
                ? deadLetters.refuse(one.message(),
                        "the gateway ended " + DeadLetters.MOST_RETRIES + " times while it stored this alone")
                : store.store(List.of(one));
        if (outcome instanceof Unsettled) {
            return outcome;
        }
        // one that is set aside was not tried: what ends the process now is another one
        Outcome forgotten = insist(() -> attempts.forget(List.of(fingerprint)));
        if (outcome == Settled.DONE) {
            // the row is stored, even if deleting the entry fails
            one.message().ack();
        }
        return outcome.and(forgotten);
    }

    /** {@return the SHA-256 of the body, in hex} */
    private static String fingerprint(IncomingMessage message) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(message.getPayload()));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Repeats the statement until it succeeds, or until messages may not be held any longer. */
    private Outcome insist(Runnable statement) throws InterruptedException {
        while (true) {
            try {
                statement.run();
                backoff.reset();
                return Settled.DONE;
            } catch (DbClientException failure) {
                LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][DB] suspects wait for the database", failure);
                Optional<Unsettled> end = backoff.pauseHolding("redelivered messages can't be looked up");
                if (end.isPresent()) {
                    return end.get();
                }
            }
        }
    }
}
