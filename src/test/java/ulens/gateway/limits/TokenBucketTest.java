package ulens.gateway.limits;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

/** A bucket gives what a rate allows, to the nanosecond, and the table of buckets is bounded. */
class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - SECOND);

    @Test
    void aBurstIsTakenAtOnceThenTokensComeBackOneByOne() {
        TokenBucket bucket = new TokenBucket(Rate.of(3, 2), now::get);
        assertThat(bucket.take()).isZero();
        assertThat(bucket.take()).isZero();
        assertThat(bucket.take()).isZero();
        assertThat(bucket.look()).isEqualTo(SECOND / 2);
        assertThat(bucket.take()).isEqualTo(SECOND / 2);
        // the clock passes Long.MAX_VALUE, as System.nanoTime() may
        now.addAndGet(SECOND / 2 - 1);
        assertThat(bucket.take()).isEqualTo(1);
        now.addAndGet(1);
        assertThat(bucket.look()).isZero();
        assertThat(bucket.take()).isZero();
        assertThat(bucket.take()).isPositive();
        now.addAndGet(SECOND);
        assertThat(bucket.full()).isFalse();
        now.addAndGet(100 * SECOND);
        assertThat(bucket.full()).isTrue();
        for (int i = 0; i < 3; i++) {
            assertThat(bucket.take()).isZero();
        }
        assertThat(bucket.take()).as("no more than a burst is saved up").isPositive();
    }

    /** Against the textbook: a count of tokens that grows with time up to the burst. 200 runs of 500 steps. */
    @Test
    void itIsTheModelOfATokenBucket() {
        long seed = 20_261_125;
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            Rate rate = new Rate(1 + random.nextInt(20), 1 + random.nextInt(1_000));
            TokenBucket bucket = new TokenBucket(rate, now::get);
            // in units of one nanosecond of filling, so that nothing is rounded
            long most = rate.burst() * rate.interval();
            long tokens = most;
            for (int step = 0; step < 500; step++) {
                long passed = random.nextInt(4) == 0 ? random.nextInt(3_000) : 0;
                now.addAndGet(passed);
                tokens = Math.min(most, tokens + passed);
                long wait = Math.max(0, rate.interval() - tokens);
                assertThat(bucket.look()).as("seed %d, run %d, step %d", seed, run, step).isEqualTo(wait);
                assertThat(bucket.take()).isEqualTo(wait);
                tokens -= wait == 0 ? rate.interval() : 0;
                assertThat(bucket.full()).isEqualTo(tokens == most);
            }
        }
    }

    @Test
    void threadsTogetherGetNoMoreThanOneAlone() throws InterruptedException {
        TokenBucket bucket = new TokenBucket(Rate.of(1_000, 1), now::get);
        AtomicInteger taken = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(8);
        for (int thread = 0; thread < 8; thread++) {
            Thread.startVirtualThread(() -> {
                for (int i = 0; i < 1_000; i++) {
                    taken.addAndGet(bucket.take() == 0 ? 1 : 0);
                }
                done.countDown();
            });
        }
        done.await();
        assertThat(taken).hasValue(1_000);
    }

    @Test
    void eachKeyHasItsOwnAndFullOnesAreDropped() {
        TokenBuckets buckets = new TokenBuckets(Rate.of(1, 1), 100, now::get);
        for (int i = 0; i < 100; i++) {
            assertThat(buckets.take("k" + i)).isZero();
            assertThat(buckets.take("k" + i)).isPositive();
        }
        assertThat(buckets.refused()).isEqualTo(100);
        assertThat(buckets.take("newcomer")).as("not counted, not refused").isZero();
        assertThat(buckets.take("newcomer")).isZero();
        assertThat(buckets.size()).isEqualTo(100);
        assertThat(buckets.take("k7")).as("those that are counted stay so").isPositive();
        now.addAndGet(2 * SECOND);
        assertThat(buckets.take("newcomer")).isZero();
        assertThat(buckets.size()).isEqualTo(1);
        assertThat(buckets.take("newcomer")).isPositive();
    }

    /** A million strangers never hold more than the table may. */
    @Test
    void theTableIsBounded() {
        TokenBuckets buckets = new TokenBuckets(Rate.of(10, 1), 1_000, now::get);
        for (int i = 0; i < 1_000_000; i++) {
            buckets.take(Integer.toString(i));
            now.addAndGet(1_000);
            if (buckets.size() > 1_000) {
                throw new AssertionError(i + ": " + buckets.size());
            }
        }
    }

    @Test
    void aRateIsReadFromText() {
        assertThat(Rate.parse("20000 then 500/s")).contains(new Rate(20_000, SECOND / 500));
        assertThat(Rate.parse("1 then 30/m")).contains(new Rate(1, 2 * SECOND));
        assertThat(Rate.parse("5  then 1 / h")).contains(new Rate(5, 3_600 * SECOND));
        assertThat(Rate.parse("off")).contains(Rate.UNLIMITED);
        assertThat(new TokenBucket(Rate.UNLIMITED, now::get).take()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "5", "5/s", "0 then 1/s", "1 then 0/s", "-1 then 1/s", "1 then 1/d", "1 then 1.5/s",
            "10000001 then 1/s", "1 then 1000001/s", "99999999999999999999 then 1/s", "10000000 then 1/h" })
    void whatIsNoRateIsRefused(String text) {
        assertThat(Rate.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "2001:db8:1:2:0:0:0:1", "2001:db8:1:2:ffff:0:0:9%eth0", "2001:db8:1:2::" })
    void anIpv6NetworkCountsAsOne(String address) {
        assertThat(Network.of(address)).isEqualTo("2001:db8:1:2::/64");
        assertThat(Network.of("192.0.2.1")).isEqualTo("192.0.2.1");
        assertThat(Network.of("what:ever")).isEqualTo("what:ever");
    }
}
