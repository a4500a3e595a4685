package ulens.gateway.rabbitmq.incoming;

import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.BeforeMethod;
import ulens.gateway.rabbitmq.BrokerSandbox;
import ulens.gateway.rabbitmq.connection.BrokerAddress;
import ulens.gateway.rabbitmq.connection.ConnectionListener;
import ulens.gateway.rabbitmq.connection.Connectivity;
import ulens.gateway.rabbitmq.connection.RecoveringConnection;
import ulens.gateway.rabbitmq.outgoing.OutgoingChannel;
import ulens.gateway.work.Backoff;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assumptions.abort;

/** The technology compatibility kit of Reactive Streams 1.0.4, for what hands on messages and for the connector. */
class ReactiveStreamsTest {
    private static final TestEnvironment ENVIRONMENT = new TestEnvironment(20_000, 200, 20);
    /** Rules that are for publishers of another kind are left out by the kit itself, with this reason. */
    private static final String LEFT_OUT = "The kit does not apply this rule here: ";

    private static BrokerSandbox broker;
    private static RecoveringConnection link;

    @BeforeAll
    static void connect() throws Exception {
        broker = BrokerSandbox.open();
        link = new RecoveringConnection("reactive-streams", BrokerAddress.parse(BrokerSandbox.url()), _ -> {
        }, new Backoff(Duration.ofMillis(20), Duration.ofMillis(100)), new Connectivity(ConnectionListener.none()));
    }

    @AfterAll
    static void disconnect() throws IOException {
        if (link != null) {
            link.stop();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> whatHandsOnMessagesIsAPublisher() {
        return tests(new HandsOn());
    }

    @TestFactory
    Stream<DynamicTest> aQueueIsAPublisher() {
        return tests(new FromQueue());
    }

    @TestFactory
    Stream<DynamicTest> anExchangeIsASubscriber() {
        return tests(new ToExchange());
    }

    private static Stream<DynamicTest> tests(Object kit) {
        return Arrays.stream(kit.getClass().getMethods())
                .filter(method -> method.isAnnotationPresent(org.testng.annotations.Test.class)
                        && !method.getName().startsWith("untested_"))
                .sorted(Comparator.comparing(Method::getName))
                .map(method -> DynamicTest.dynamicTest(method.getName(), () -> run(kit, method)));
    }

    private static void run(Object kit, Method test) throws Throwable {
        try {
            invokeAll(kit, BeforeClass.class);
            invokeAll(kit, BeforeMethod.class);
            test.invoke(kit);
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof SkipException skipped) {
                abort(LEFT_OUT + skipped.getMessage());
            }
            throw thrown.getCause();
        } finally {
            invokeAll(kit, AfterClass.class);
        }
    }

    private static void invokeAll(Object kit, Class<? extends Annotation> kind) throws ReflectiveOperationException {
        for (Method method : kit.getClass().getMethods()) {
            if (method.isAnnotationPresent(kind)) {
                method.invoke(kit);
            }
        }
    }

    /** Hands on as many items as it was made for, and then is complete. */
    static final class HandsOn extends PublisherVerification<Long> {
        HandsOn() {
            super(ENVIRONMENT, 1_000);
        }

        @Override
        public Publisher<Long> createPublisher(long elements) {
            return subscriber -> {
                if (subscriber == null) {
                    throw new NullPointerException("subscriber");
                }
                Ending<Long> ending = new Ending<>(subscriber, elements);
                BufferedSubscription<Long> handOver = new BufferedSubscription<>(ending, _ -> true, () -> {
                });
                ending.onSubscribe(handOver);
                for (long i = 0; i < Math.min(elements, 10_000); i++) {
                    handOver.offer(i);
                }
                if (elements == 0) {
                    handOver.complete();
                }
            };
        }

        @Override
        public Publisher<Long> createFailedPublisher() {
            return null;
        }

        @Override
        public long maxElementsFromPublisher() {
            return 10_000;
        }
    }

    /** Completes the stream after its last item. */
    private static final class Ending<T> implements Subscriber<T> {
        private final Subscriber<? super T> subscriber;
        private final AtomicLong left;
        private volatile BufferedSubscription<?> handOver;

        Ending(Subscriber<? super T> subscriber, long elements) {
            this.subscriber = subscriber;
            this.left = new AtomicLong(elements);
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            handOver = (BufferedSubscription<?>) subscription;
            subscriber.onSubscribe(subscription);
        }

        @Override
        public void onNext(T item) {
            subscriber.onNext(item);
            if (left.decrementAndGet() == 0) {
                handOver.complete();
            }
        }

        @Override
        public void onError(Throwable failure) {
            subscriber.onError(failure);
        }

        @Override
        public void onComplete() {
            subscriber.onComplete();
        }
    }

    /** The connector's publisher: never complete by itself, and for one subscriber. */
    static final class FromQueue extends PublisherVerification<RabbitMqMessage> {
        private static final int MOST = 2_000;

        FromQueue() {
            super(ENVIRONMENT, 1_000);
        }

        @Override
        public Publisher<RabbitMqMessage> createPublisher(long elements) {
            return channel((int) Math.min(elements, MOST));
        }

        @Override
        public Publisher<RabbitMqMessage> createFailedPublisher() {
            IncomingChannel taken = channel(0);
            taken.subscribe(new Idle());
            return taken;
        }

        private static IncomingChannel channel(int messages) {
            try {
                String queue = broker.newQueue();
                broker.send(queue, 1, messages);
                return new IncomingChannel("from-" + queue, queue, MOST, link);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public long maxElementsFromPublisher() {
            return publisherUnableToSignalOnComplete();
        }
    }

    /** Takes nothing. */
    private static final class Idle implements Subscriber<Object> {
        @Override
        public void onSubscribe(Subscription subscription) {
            // asks for nothing
        }

        @Override
        public void onNext(Object item) {
            throw new IllegalStateException("nothing was asked for");
        }

        @Override
        public void onError(Throwable failure) {
            throw new IllegalStateException(failure);
        }

        @Override
        public void onComplete() {
            // at the stop
        }
    }

    /** The connector's subscriber. */
    static final class ToExchange extends SubscriberBlackboxVerification<Message<?>> {
        private final AtomicInteger made = new AtomicInteger();

        ToExchange() {
            super(ENVIRONMENT);
        }

        @Override
        public Subscriber<Message<?>> createSubscriber() {
            return new OutgoingChannel("to-exchange-" + made.incrementAndGet(), 100, link);
        }

        @Override
        public Message<?> createElement(int element) {
            return Message.of(List.of(element));
        }
    }
}
