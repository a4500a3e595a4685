package ulens.gateway.ops;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

class TallyTest {
    @Test
    void aNumberThatCanNotBeReadDoesNotEndIt() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(3);
        try (Tally _ = new Tally(System.getLogger("test"), "[TEST]", Map.of("things", () -> {
            asked.countDown();
            throw new NoClassDefFoundError("made up");
        })).start()) {
            assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }
}
