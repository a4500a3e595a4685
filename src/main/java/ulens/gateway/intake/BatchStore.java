package ulens.gateway.intake;

import ulens.gateway.intake.Outcome.Settled;
import ulens.gateway.intake.Outcome.Unsettled;
import ulens.gateway.work.Reason;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Stores a batch: waits while the database is away, sets messages aside whose users' rows another transaction has
 * locked, and halves the batch if one of its messages causes a failure, until that message is alone and the others are
 * stored.
 */
final class BatchStore {
    private final RowWriter writer;
    private final LockedUsers locked;
    private final DeadLetters deadLetters;
    private final IntakeBackoff backoff;

    BatchStore(RowWriter writer, LockedUsers locked, DeadLetters deadLetters, IntakeBackoff backoff) {
        this.writer = writer;
        this.locked = locked;
        this.deadLetters = deadLetters;
        this.backoff = backoff;
    }

    Outcome store(List<Candidate> given) throws InterruptedException {
        List<Candidate> candidates = locked.admit(given);
        Outcome admitted = candidates.size() < given.size() ? Settled.SET_ASIDE : Settled.DONE;
        return candidates.isEmpty() ? admitted : admitted.and(storeAdmitted(candidates));
    }

    private Outcome storeAdmitted(List<Candidate> candidates) throws InterruptedException {
        while (true) {
            switch (writer.write(candidates)) {
                case StoreResult.Stored _ -> {
                    backoff.reset();
                    return Settled.DONE;
                }
                case StoreResult.Unavailable(String reason) -> {
                    Optional<Unsettled> end = backoff.pauseHolding(reason);
                    if (end.isPresent()) {
                        return end.get();
                    }
                }
                case StoreResult.Locked _ -> {
                    return storeWithoutLocked(candidates);
                }
                case StoreResult.Refused(String reason) -> {
                    return candidates.size() > 1 ? storeHalves(candidates)
                            : deadLetters.refuse(candidates.getFirst().message(), reason);
                }
                case StoreResult.Failed(String reason) -> {
                    return candidates.size() > 1 ? storeHalves(candidates)
                            : deadLetters.retry(candidates.getFirst().message(), reason);
                }
            }
        }
    }

    private Outcome storeHalves(List<Candidate> candidates) throws InterruptedException {
        int half = candidates.size() / 2;
        return storeBoth(candidates.subList(0, half), candidates.subList(half, candidates.size()));
    }

    private Outcome storeBoth(List<Candidate> first, List<Candidate> second) throws InterruptedException {
        Outcome outcome = store(first);
        return outcome instanceof Unsettled ? outcome : outcome.and(store(second));
    }

    private Outcome storeWithoutLocked(List<Candidate> candidates) throws InterruptedException {
        List<Candidate> rest;
        try {
            rest = locked.setAside(candidates);
        } catch (RuntimeException away) {
            Optional<Unsettled> end = backoff.pauseHolding(Reason.of(away));
            return end.isPresent() ? end.get() : store(candidates);
        }
        if (rest.size() < candidates.size()) {
            return Settled.SET_ASIDE.and(store(rest));
        }
        // the lock can't be seen, so the batch is halved by user until the locked user is alone
        List<String> users = List.copyOf(LockedUsers.users(candidates));
        Set<String> half = Set.copyOf(users.subList(0, users.size() / 2));
        Predicate<Candidate> inHalf = one -> half.contains(one.row().userId());
        return storeBoth(candidates.stream().filter(inHalf).toList(),
                candidates.stream().filter(inHalf.negate()).toList());
    }
}
