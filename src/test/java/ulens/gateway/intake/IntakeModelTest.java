package ulens.gateway.intake;

import com.rabbitmq.client.AMQP;
import org.junit.jupiter.api.Test;
import ulens.gateway.rabbitmq.outgoing.Publication;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Intake, the real one, against plain lists: messages that are good, unreadable, refused, odd, or end the process,
 * under random outages of the database, locks that can be seen and others, cuts of the connection and ends of the
 * process; locks, cuts and new messages come in the middle of a turn too.
 * <p>
 * Nothing is acknowledged before it is stored or its dead letter or retry is confirmed; in the end every good message
 * is stored, each user's in their order, and every other one is a dead letter with its reason.
 * <p>
 * {@code -Dmodel.intake.schedules=N} runs N of them, {@code -Dmodel.seed=N} only that of one seed, which a failure
 * names.
 */
class IntakeModelTest {
    private static final int SCHEDULES = Integer.getInteger("model.intake.schedules", 1_000);
    private static final int STEPS = 30;
    private static final List<String> USERS = List.of("ann", "ben", "cyd");

    /** Held on to, so that it stays quiet: every schedule has something to warn of. */
    private final Logger log = Logger.getLogger("ulens.gateway.intake");
    private final Map<String, Integer> seen = new HashMap<>();

    @Test
    void everyMessageIsStoredInItsUsersOrderOrSentAwayWithAReasonWhateverHappensMeanwhile() {
        Long one = Long.getLong("model.seed");
        log.setLevel(Level.OFF);
        try {
            for (long seed = one == null ? 0 : one; seed < (one == null ? SCHEDULES : one + 1); seed++) {
                run(seed);
            }
        } finally {
            log.setLevel(null);
        }
        if (one == null) {
            // a model in which nothing happens would prove nothing
            assertThat(seen)
                    .allSatisfy((what, times) -> assertThat(times).as(what).isGreaterThanOrEqualTo(SCHEDULES / 10));
        }
    }

    private void run(long seed) {
        Schedule schedule = new Schedule(seed);
        try (IntakeWorld world = schedule.world) {
            schedule.run();
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError("with -Dmodel.seed=" + seed + ": " + failure.getMessage(), failure);
        }
        schedule.seen.forEach((what, times) -> seen.merge(what, times, Integer::sum));
    }

    /** What messages are like. */
    private enum Kind {
        GOOD("hello", ""), UNREADABLE("\"", "body is not JSON"), REFUSED("22021 refused", "the database can't hold it"),
        ODD("23514 odd", "failed 4 times: SQLSTATE 23514"),
        DEADLY("kill", "the gateway ended 3 times while it stored this alone");

        private final String text;
        private final String reason;

        Kind(String text, String reason) {
            this.text = text;
            this.reason = reason;
        }
    }

    private record Sent(String user, long id, Kind kind) {
    }

    private static final class Schedule {
        private final SplittableRandom random;
        private final IntakeWorld world;
        private final Map<String, Sent> sent = new HashMap<>();
        private final Map<String, Integer> seen = new HashMap<>();

        Schedule(long seed) {
            random = new SplittableRandom(seed);
            world = new IntakeWorld(1 + random.nextInt(8), Integer.MAX_VALUE);
            world.broker.whenAcked(this::checkAck);
            world.clock.meanwhile(_ -> {
                world.databaseAway(world.streams.isAway() && random.nextInt(10) > 0);
                meanwhile();
            });
            world.streams.meanwhile(this::meanwhile);
            for (String what : List.of("end", "cut", "cut meanwhile", "lock meanwhile", "gave back", "set aside",
                    "retry", "dead letter")) {
                seen.put(what, 0);
            }
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                happen();
                step();
            }
            world.streams.meanwhile(() -> {
            });
            world.clock.meanwhile(_ -> {
            });
            world.streams.locks().clear();
            world.streams.invisibleLocks().clear();
            world.databaseAway(false);
            for (int step = 0; step < 1_000
                    && (world.broker.queued() > 0 || !world.broker.retries().isEmpty()); step++) {
                world.broker.returnRetries();
                step();
            }
            checkEnd();
        }

        private void step() {
            world.clock.pass(random.nextLong(TimeUnit.SECONDS.toNanos(1)));
            boolean survived = world.step();
            saw("end", !survived);
            saw("gave back", survived && !world.broker.isTaking());
            saw("set aside", world.setAside() > 0);
            saw("retry", !world.broker.retries().isEmpty());
            saw("dead letter", !world.broker.deadLetters().isEmpty());
        }

        private void saw(String what, boolean happened) {
            seen.merge(what, happened ? 1 : 0, Integer::sum);
        }

        private void happen() {
            for (int messages = random.nextInt(5); messages > 0; messages--) {
                publish(USERS.get(random.nextInt(USERS.size())));
            }
            switch (random.nextInt(12)) {
                case 0 -> world.databaseAway(true);
                case 1 -> world.databaseAway(false);
                case 2, 3 -> toggle(world.streams.locks());
                case 4 -> toggle(world.streams.invisibleLocks());
                case 5 -> {
                    world.broker.cut();
                    saw("cut", true);
                }
                case 6 -> world.restart();
                case 7, 8 -> world.broker.returnRetries();
                default -> {
                    // nothing else
                }
            }
        }

        /** In the middle of a turn, on either side of each statement and in each wait. */
        private void meanwhile() {
            switch (random.nextInt(20)) {
                case 0 -> toggle(world.streams.locks());
                case 1 -> {
                    toggle(world.streams.invisibleLocks());
                    saw("lock meanwhile", true);
                }
                case 2, 3 -> {
                    // what was in hand comes again beside what is still being stored
                    world.broker.cut();
                    world.receive();
                    saw("cut meanwhile", true);
                }
                case 4 -> {
                    publish(USERS.get(random.nextInt(USERS.size())));
                    world.receive();
                }
                default -> {
                    // nothing
                }
            }
        }

        private void toggle(Set<String> locks) {
            String user = USERS.get(random.nextInt(USERS.size()));
            if (!locks.remove(user)) {
                locks.add(user);
            }
        }

        private void publish(String user) {
            int dice = random.nextInt(40);
            Kind kind = dice < Kind.values().length ? Kind.values()[dice] : Kind.GOOD;
            long id = sent.size() + 1L;
            String body = IntakeWorld.body(user, id, kind.text);
            sent.put(body, new Sent(user, id, kind));
            world.broker.publish(body, Map.of());
        }

        private void checkAck(String body) {
            Sent one = sent.get(body);
            boolean stored = world.streams.rows(one.user()).contains(one.id());
            assertThat(stored || isIn(world.broker.deadLetters(), body) || isIn(world.broker.retries(), body))
                    .as("a safe place for %s, which is acknowledged", one).isTrue();
        }

        private static boolean isIn(List<Publication> publications, String body) {
            return publications.stream().anyMatch(one -> body.equals(text(one)));
        }

        private static String text(Publication publication) {
            return new String(publication.body(), StandardCharsets.UTF_8);
        }

        private void checkEnd() {
            assertThat(world.broker.queued()).as("messages left").isZero();
            for (String user : USERS) {
                assertThat(world.streams.rows(user)).as("rows of %s", user).isEqualTo(
                        sent.values().stream().filter(one -> one.kind() == Kind.GOOD && one.user().equals(user))
                                .map(Sent::id).sorted().toList());
            }
            List<Sent> dead = new ArrayList<>();
            for (Publication letter : world.broker.deadLetters()) {
                Sent one = sent.get(text(letter));
                AMQP.BasicProperties properties = letter.properties();
                assertThat(properties.getHeaders().get("x-error").toString()).as("reason for %s", one)
                        .startsWith(one.kind().reason);
                dead.add(one);
            }
            assertThat(dead.stream().sorted(Comparator.comparingLong(Sent::id)).toList()).as("dead letters")
                    .isEqualTo(sent.values().stream().filter(one -> one.kind() != Kind.GOOD)
                            .sorted(Comparator.comparingLong(Sent::id)).toList());
        }
    }
}
