package ulens.gateway.work;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What somebody else has locked waits apart, in its order, and is tried again after a pause. */
class LockedKeysTest {
    private final Task task = Task.of(System.getLogger("test"), "[TEST]", "test-locked");
    private final LockedKeys<String, String> locked = new LockedKeys<>(task, "keys are locked", 2, String::concat);

    @AfterEach
    void close() {
        locked.close();
    }

    private void put(String keys, String value) {
        Map<String, String> batch = new LinkedHashMap<>();
        keys.chars().forEach(key -> batch.put(Character.toString(key), value));
        locked.put(batch.keySet(), batch);
    }

    @Test
    void laterValuesOfAKeyThatIsHereAreTakenFromTheirBatchAndJoinedBehindIt() {
        put("a", "1");
        Map<String, String> batch = new LinkedHashMap<>(Map.of("a", "2", "b", "2"));
        locked.takeLater(batch);
        assertThat(batch).isEqualTo(Map.of("b", "2"));
        assertThat(locked.values()).isEqualTo(Map.of("a", "12"));
    }

    @Test
    void whatIsWrittenIsHereNoMoreAndTheRestWaitsAgain() {
        put("ab", "1");
        assertThat(locked.size()).isEqualTo(2);
        assertThat(task.failing(Duration.ZERO)).contains("2 keys are locked");
        locked.written(Set.of("b"));
        assertThat(locked.values()).isEqualTo(Map.of("b", "1"));
        assertThat(task.failing(Duration.ZERO)).contains("1 keys are locked");
        locked.written(Set.of());
        assertThat(locked.size()).isZero();
        assertThat(task.failing(Duration.ZERO)).isEmpty();
    }

    @Test
    void itIsTriedAgainAfterAPauseAndOnlyIfThereIsSomething() {
        assertThat(locked.due()).isFalse();
        put("a", "1");
        assertThat(locked.due()).isFalse();
        await().until(locked::due);
        locked.written(Set.of("a"));
        assertThat(locked.due()).as("still locked").isFalse();
        await().until(locked::due);
        locked.written(Set.of());
        assertThat(locked.due()).isFalse();
    }

    @Test
    void aKeyThatIsNotOfTheBatchAddsNothing() {
        locked.put(Set.of("z"), Map.of());
        assertThat(locked.size()).isZero();
    }

    @Test
    void withItsWriterItIsGone() {
        locked.close();
        assertThat(Task.all()).doesNotContain(task);
    }
}
