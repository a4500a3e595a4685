package ulens.gateway.rabbitmq.incoming;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class BufferedSubscriptionTest {

    private final List<Integer> got = new CopyOnWriteArrayList<>();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final AtomicInteger completions = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);

    @Test
    void requestsAddUp() {
        BufferedSubscription<Integer> handOver = handOver();
        handOver.request(2);
        handOver.request(3);
        offer(handOver, 10);
        eventually().until(() -> got.size() == 5);
        assertThat(handOver.size()).isEqualTo(5);
        handOver.request(1);
        eventually().until(() -> got.size() == 6);
    }

    @Test
    void unboundedDemandDoesNotOverflow() {
        BufferedSubscription<Integer> handOver = handOver();
        handOver.request(Long.MAX_VALUE);
        handOver.request(Long.MAX_VALUE);
        offer(handOver, 100);
        eventually().until(() -> got.size() == 100);
        offer(handOver, 1);
        eventually().until(() -> got.size() == 101);
    }

    @Test
    void requestFromInsideOnNextDoesNotRecurse() {
        AtomicInteger depth = new AtomicInteger();
        AtomicInteger deepest = new AtomicInteger();
        BufferedSubscription<?>[] self = new BufferedSubscription<?>[1];
        BufferedSubscription<Integer> handOver = new BufferedSubscription<>(new Recorder() {
            @Override
            public void onNext(Integer item) {
                deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
                self[0].request(1);
                super.onNext(item);
                depth.decrementAndGet();
            }
        }, _ -> true, ended::countDown);
        self[0] = handOver;
        offer(handOver, 20_000);
        handOver.request(1);
        eventually().until(() -> got.size() == 20_000);
        assertThat(deepest.get()).isEqualTo(1);
    }

    @Test
    void signalsAreSerializedWhileManyThreadsOfferAndRequest() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        BufferedSubscription<Integer> handOver = new BufferedSubscription<>(new Recorder() {
            @Override
            public void onNext(Integer item) {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                Thread.yield();
                super.onNext(item);
                inside.decrementAndGet();
            }
        }, _ -> true, ended::countDown);
        List<Thread> threads = IntStream.range(0, 8).mapToObj(n -> Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 500; i++) {
                if (n % 2 == 0) {
                    handOver.offer(i);
                } else {
                    handOver.request(1);
                }
            }
        })).toList();
        for (Thread thread : threads) {
            thread.join();
        }
        eventually().until(() -> got.size() == 2_000);
        assertThat(most.get()).isEqualTo(1);
    }

    @Test
    void nonsenseRequestEndsWithAnError() throws Exception {
        BufferedSubscription<Integer> handOver = handOver();
        handOver.request(0);
        ended.await();
        eventually().until(() -> errors.size() == 1);
        assertThat(errors.getFirst()).isInstanceOf(IllegalArgumentException.class);
        handOver.request(5);
        offer(handOver, 3);
        assertThat(handOver.close()).hasSize(3);
        assertThat(got).isEmpty();
    }

    @Test
    void completeStopsHandingOnAndCloseReturnsTheRest() {
        BufferedSubscription<Integer> handOver = handOver();
        offer(handOver, 3);
        handOver.complete();
        handOver.request(3);
        eventually().until(() -> completions.get() == 1);
        handOver.complete();
        assertThat(handOver.offer(4)).isTrue();
        assertThat(handOver.close()).containsExactly(1, 2, 3, 4);
        assertThat(handOver.offer(5)).isFalse();
        assertThat(got).isEmpty();
        assertThat(completions).hasValue(1);
    }

    @Test
    void itemsThatBecameInvalidAreDropped() {
        BufferedSubscription<Integer> handOver = new BufferedSubscription<>(new Recorder(), item -> item % 2 == 0,
                ended::countDown);
        offer(handOver, 10);
        handOver.request(3);
        eventually().until(() -> got.equals(List.of(2, 4, 6)));
        handOver.purge();
        assertThat(handOver.close()).containsExactly(8, 10);
    }

    private BufferedSubscription<Integer> handOver() {
        return new BufferedSubscription<>(new Recorder(), _ -> true, ended::countDown);
    }

    private static void offer(BufferedSubscription<Integer> to, int count) {
        IntStream.rangeClosed(1, count).forEach(to::offer);
    }

    private static ConditionFactory eventually() {
        return Awaitility.await().atMost(Duration.ofSeconds(25)).pollInterval(Duration.ofMillis(5));
    }

    private class Recorder implements Subscriber<Integer> {
        @Override
        public void onSubscribe(Subscription s) {
            // not used by the hand-over
        }

        @Override
        public void onNext(Integer item) {
            got.add(item);
        }

        @Override
        public void onError(Throwable t) {
            errors.add(t);
        }

        @Override
        public void onComplete() {
            completions.incrementAndGet();
        }
    }
}
