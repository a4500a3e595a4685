package ulens.gateway.intake;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** The rules of the queue of users whose rows are locked. */
class SetAsideTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final SetAside<Message> aside = new SetAside<>(5, Message::user, message -> message);

    private record Message(String user, int number) {
    }

    @Test
    void laterMessagesOfAUserWaitBehindTheEarlierOnesAndOthersDoNot() {
        assertThat(aside.lock(Set.of("a"), messages("a1 b1 a2"), 0)).isEqualTo(messages("b1"));
        assertThat(aside.admit(messages("b2 a3 c1"))).isEqualTo(messages("b2 c1"));
        assertThat(aside.of("a")).isEqualTo(messages("a1 a2 a3"));
        assertThat(aside.holds(new Message("a", 3))).isTrue();
        assertThat(released(aside, "a")).isEqualTo(messages("a1 a2 a3"));
        assertThat(aside.admit(messages("a4"))).isEqualTo(messages("a4"));
        assertThat(aside.size()).isZero();
    }

    @Test
    void aUserIsLookedAtAgainAfterAPauseThatGrows() {
        aside.lock(Set.of("a"), messages("a1"), 0);
        assertThat(aside.due(0)).isEmpty();
        assertThat(aside.due(SECOND)).containsExactly("a");
        for (int i = 0; i < 10; i++) {
            aside.later("a", 0);
        }
        assertThat(aside.due(SECOND)).isEmpty();
        assertThat(aside.due(2 * SECOND)).containsExactly("a");
    }

    @Test
    void beyondTheMostTheUserWithTheMostHasToGo() {
        aside.lock(Set.of("a", "b"), messages("a1 a2 b1 b2 b3"), 0);
        assertThat(aside.overflow()).isEmpty();
        aside.admit(messages("a3 b4"));
        assertThat(aside.overflow()).contains("b");
        aside.forget(message -> message.user().equals("b"));
        assertThat(aside.overflow()).isEmpty();
        assertThat(aside.users()).isEqualTo(1);
    }

    @Test
    void whateverIsLockedAndWheneverEachUsersOrderIsKeptAndNothingIsLost() {
        for (int seed = 0; seed < 200; seed++) {
            play(new Random(seed), "seed " + seed);
        }
    }

    private static void play(Random random, String seed) {
        SetAside<Message> aside = new SetAside<>(Integer.MAX_VALUE, Message::user, message -> message);
        Map<String, Integer> sent = new HashMap<>();
        Map<String, List<Integer>> stored = new HashMap<>();
        Set<String> locked = new HashSet<>();
        for (long now = 0; now < 60 * SECOND; now += SECOND / 4) {
            String one = "u" + random.nextInt(6);
            if (now >= 50 * SECOND || !locked.remove(one)) {
                locked.add(one);
            }
            if (now >= 50 * SECOND) {
                locked.clear();
            }
            for (String user : aside.due(now)) {
                if (locked.contains(user)) {
                    aside.later(user, now);
                } else {
                    store(released(aside, user), stored);
                }
            }
            List<Message> batch = new ArrayList<>();
            for (int i = random.nextInt(10); i > 0 && now < 50 * SECOND; i--) {
                String user = "u" + random.nextInt(6);
                batch.add(new Message(user, sent.merge(user, 1, Integer::sum)));
            }
            List<Message> free = aside.admit(batch);
            Set<String> inVain = new HashSet<>(locked);
            inVain.retainAll(free.stream().map(Message::user).toList());
            store(inVain.isEmpty() ? free : aside.lock(inVain, free, now), stored);
        }
        assertThat(aside.size()).as(seed).isZero();
        stored.forEach((user, numbers) -> assertThat(numbers).as(seed).isSorted().doesNotHaveDuplicates()
                .hasSize(sent.get(user)));
    }

    private static List<Message> released(SetAside<Message> aside, String user) {
        List<Message> all = aside.of(user);
        aside.forget(all::contains);
        return all;
    }

    private static void store(List<Message> messages, Map<String, List<Integer>> stored) {
        messages.forEach(one -> stored.computeIfAbsent(one.user(), _ -> new ArrayList<>()).add(one.number()));
    }

    private static List<Message> messages(String words) {
        return List.of(words.split(" ")).stream()
                .map(word -> new Message(word.substring(0, 1), Integer.parseInt(word.substring(1)))).toList();
    }
}
