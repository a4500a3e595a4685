package ulens.gateway.rabbitmq.outgoing;

import io.helidon.messaging.Channel;
import io.helidon.messaging.Messaging;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import ulens.gateway.rabbitmq.RabbitMqConnector;
import ulens.gateway.rabbitmq.RabbitMqTestCase;
import ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

class PublishingTest extends RabbitMqTestCase {

    @Test
    void completesAfterTheConfirmWithTheMessageInTheQueue() throws Exception {
        String queue = broker.newQueue();
        ConfirmedPublisher publisher = publisher(connector().build());

        publisher.publish(to(queue, 1).withMessageId("m-1").withContentType("text/plain")
                .withHeaders(Map.of("x-retries", 2)).asMandatory()).toCompletableFuture().join();

        var got = broker.channel().basicGet(queue, true);
        assertThat(new String(got.getBody(), StandardCharsets.UTF_8)).isEqualTo("1");
        assertThat(got.getProps().getMessageId()).isEqualTo("m-1");
        assertThat(got.getProps().getContentType()).isEqualTo("text/plain");
        assertThat(got.getProps().getDeliveryMode()).isEqualTo(2);
        assertThat(got.getProps().getHeaders()).containsEntry("x-retries", 2);
    }

    @Test
    void confirmsManyAndCallsBackOnThreadsThatMayBlock() throws Exception {
        String queue = broker.newQueue();
        ConfirmedPublisher publisher = publisher(connector().build());
        List<CompletableFuture<Void>> outcomes = new ArrayList<>();
        AtomicInteger onVirtual = new AtomicInteger();
        for (int i = 1; i <= 3_000; i++) {
            outcomes.add(publisher.publish(to(queue, i)).toCompletableFuture()
                    .thenRun(() -> onVirtual.addAndGet(Thread.currentThread().isVirtual() ? 1 : 0)));
        }
        CompletableFuture<Void> nested = publisher.publish(to(queue, 3_001)).toCompletableFuture()
                .thenRun(() -> publisher.publish(to(queue, 3_002)).toCompletableFuture().join());

        CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new)).join();
        nested.join();
        assertThat(broker.ready(queue)).isEqualTo(3_002);
        assertThat(onVirtual.get()).isPositive();
    }

    @Test
    void unroutableMandatoryMessageFailsAndItsNeighboursDoNot() throws Exception {
        String queue = broker.newQueue();
        ConfirmedPublisher publisher = publisher(connector().build());
        List<CompletableFuture<Void>> good = new ArrayList<>();
        List<CompletableFuture<Void>> bad = new ArrayList<>();
        for (int i = 1; i <= 50; i++) {
            good.add(publisher.publish(to(queue, i).asMandatory()).toCompletableFuture());
            bad.add(publisher.publish(to("test.nowhere", i).asMandatory()).toCompletableFuture());
            good.add(publisher.publish(to("test.nowhere", i)).toCompletableFuture());
        }

        for (CompletableFuture<Void> one : bad) {
            assertThat(failure(one).reason())
                    .isIn(broker.isRabbitMq() ? List.of(Reason.UNROUTABLE) : List.of(Reason.UNROUTABLE, Reason.NACKED));
        }
        assertThat(failure(bad.getFirst()).outcomeUnknown()).isFalse();
        CompletableFuture.allOf(good.toArray(CompletableFuture[]::new)).join();
        assertThat(broker.ready(queue)).isEqualTo(50);
    }

    @Test
    void rejectedByTheQueueFailsAsNacked() throws Exception {
        broker.assumeRabbitMq("x-overflow is RabbitMQ's");
        String queue = broker.newName();
        broker.channel().queueDeclare(queue, false, false, false,
                Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        ConfirmedPublisher publisher = publisher(connector().build());

        publisher.publish(to(queue, 1)).toCompletableFuture().join();
        assertThat(failure(publisher.publish(to(queue, 2)).toCompletableFuture()).reason()).isEqualTo(Reason.NACKED);
    }

    @Test
    void lostConnectionBeforeTheConfirmFailsAsUnknownAndPublishingRecovers() throws Exception {
        String queue = broker.newQueue();
        RabbitMqConnector connector = connector().build();
        ConfirmedPublisher publisher = publisher(connector);
        proxy.holdReplies();
        CompletableFuture<Void> first = publisher.publish(to(queue, 1)).toCompletableFuture();
        eventually().until(() -> broker.ready(queue) == 1);
        assertThat(first).isNotDone();

        proxy.cut();
        PublishFailedException failure = failure(first);
        assertThat(failure.reason()).isEqualTo(Reason.CONNECTION_LOST);
        assertThat(failure.outcomeUnknown()).isTrue();
        eventually().until(() -> states.changes.size() == 3);
        publisher.publish(to(queue, 2)).toCompletableFuture().join();
        assertThat(broker.ready(queue)).isEqualTo(2);
    }

    @Test
    void withoutAConnectionItFailsAtOnceAsNotSent() throws Exception {
        String queue = broker.newQueue();
        RabbitMqConnector connector = connector().build();
        ConfirmedPublisher publisher = publisher(connector);
        proxy.down();
        eventually().until(() -> !connector.connected());

        PublishFailedException failure = failure(publisher.publish(to(queue, 1)).toCompletableFuture());
        assertThat(failure.reason()).isEqualTo(Reason.NOT_SENT);
        assertThat(failure.outcomeUnknown()).isFalse();
        assertThat(failure.getMessage()).doesNotContain("guest:guest");
    }

    @Test
    void whateverIsRepeatedUntilConfirmedIsInTheQueueAfterManyCuts() throws Exception {
        String queue = broker.newQueue();
        RabbitMqConnector connector = connector().build();
        ConfirmedPublisher publisher = publisher(connector);
        Thread cutter = Thread.startVirtualThread(() -> {
            for (int cut = 0; cut < 5; cut++) {
                eventually().until(connector::connected);
                int connections = proxy.accepted();
                proxy.cut();
                eventually().until(() -> proxy.accepted() > connections);
            }
        });
        for (int i = 1; i <= 300; i++) {
            int number = i;
            eventually().until(() -> confirmed(publisher.publish(to(queue, number)).toCompletableFuture()));
        }
        cutter.join();
        HashSet<Integer> stored = new HashSet<>();
        for (var got = broker.channel().basicGet(queue, true); got != null; got = broker.channel().basicGet(queue,
                true)) {
            stored.add(Integer.parseInt(new String(got.getBody(), StandardCharsets.UTF_8)));
        }
        assertThat(stored).containsAll(upTo(300));
    }

    @Test
    void callerWaitsWhileTooManyAreUnconfirmed() throws Exception {
        String queue = broker.newQueue();
        RabbitMqConnector connector = connector().build();
        ConfirmedPublisher publisher = ConfirmedPublisher.create(out(), 5);
        start(Messaging.builder().connector(connector).emitter(publisher.emitter()).build());
        eventually().until(connector::connected);
        proxy.holdReplies();
        List<CompletableFuture<Void>> outcomes = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            outcomes.add(publisher.publish(to(queue, i)).toCompletableFuture());
        }
        Thread sixth = Thread.ofPlatform().start(() -> publisher.publish(to(queue, 6)));
        eventually().until(() -> sixth.getState() == Thread.State.TIMED_WAITING);
        eventually().until(() -> broker.ready(queue) == 5);

        proxy.cut();
        outcomes.forEach(outcome -> assertThat(failure(outcome).reason()).isEqualTo(Reason.CONNECTION_LOST));
        sixth.join();
    }

    /** RabbitMQ confirms nothing while it blocks publishers. */
    @Test
    void callerDoesNotWaitForeverWhileNothingIsConfirmed() throws Exception {
        String queue = broker.newQueue();
        RabbitMqConnector connector = connector().build();
        ConfirmedPublisher publisher = ConfirmedPublisher.create(out(), 1);
        start(Messaging.builder().connector(connector).emitter(publisher.emitter()).build());
        eventually().until(connector::connected);
        proxy.holdReplies();
        CompletableFuture<Void> first = publisher.publish(to(queue, 1)).toCompletableFuture();
        assertThat(failure(publisher.publish(to(queue, 2)).toCompletableFuture()).reason()).isEqualTo(Reason.NOT_SENT);
        assertThat(first).isNotDone();
    }

    @Test
    void channelErrorFailsWhatIsOpenAndPublishingRecovers() throws Exception {
        String queue = broker.newQueue();
        RabbitMqConnector connector = connector().build();
        ConfirmedPublisher publisher = publisher(connector);

        PublishFailedException failure = failure(publisher
                .publish(Publication.persistent("test.no.such.exchange", "k", new byte[0])).toCompletableFuture());
        assertThat(failure.getMessage()).contains("404");
        eventually().until(() -> confirmed(publisher.publish(to(queue, 1)).toCompletableFuture()));
    }

    @Test
    void messageThatCannotBeEncodedFailsAloneAndPublishingRecovers() throws Exception {
        String queue = broker.newQueue();
        ConfirmedPublisher publisher = publisher(connector().build());
        Publication unencodable = to(queue, 1).withHeaders(Map.of("x", new StringBuilder("no AMQP type")));

        assertThat(failure(publisher.publish(unencodable).toCompletableFuture()).reason()).isEqualTo(Reason.UNFIT);
        eventually().until(() -> confirmed(publisher.publish(to(queue, 2)).toCompletableFuture()));
        assertThat(broker.ready(queue)).isEqualTo(1);
    }

    @Test
    void foreignPayloadIsNacked() throws Exception {
        RabbitMqConnector connector = connector().build();
        ConfirmedPublisher publisher = publisher(connector);
        CompletableFuture<Throwable> nacked = new CompletableFuture<>();
        @SuppressWarnings({ "unchecked", "rawtypes" })
        Message<Publication> foreign = (Message) Message.of("text", () -> CompletableFuture.completedFuture(null),
                failure -> {
                    nacked.complete(failure);
                    return CompletableFuture.completedFuture(null);
                });
        publisher.emitter().send(foreign);
        assertThat(nacked.join()).isInstanceOf(PublishFailedException.class);
    }

    @Test
    void stopWaitsForConfirmsAndRefusesWhatComesAfter() throws Exception {
        String queue = broker.newQueue();
        ConfirmedPublisher publisher = ConfirmedPublisher.create(out());
        RabbitMqConnector connector = connector().build();
        Messaging messaging = start(Messaging.builder().connector(connector).emitter(publisher.emitter()).build());
        eventually().until(connector::connected);
        List<CompletableFuture<Void>> outcomes = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            outcomes.add(publisher.publish(to(queue, i)).toCompletableFuture());
        }

        stop(messaging);
        // told on threads of their own, the last of them perhaps just now
        eventually().until(() -> outcomes.stream().allMatch(CompletableFuture::isDone));
        long confirmed = outcomes.stream().filter(PublishingTest::confirmed).count();
        assertThat(broker.ready(queue)).isEqualTo(confirmed);
        assertThat(failure(publisher.publish(to(queue, 201)).toCompletableFuture()).reason())
                .isEqualTo(Reason.NOT_SENT);
    }

    @Test
    void stopLeavesNoPublicationWithoutAnOutcome() throws Exception {
        String queue = broker.newQueue();
        Channel<Publication> narrow = Channel.<Publication> builder().name("out")
                .subscriberConfig(RabbitMqConnector.configBuilder().maxUnconfirmed(5).build()).build();
        ConfirmedPublisher publisher = ConfirmedPublisher.create(narrow);
        RabbitMqConnector connector = connector().build();
        Messaging messaging = start(Messaging.builder().connector(connector).emitter(publisher.emitter()).build());
        eventually().until(connector::connected);
        proxy.holdReplies();
        List<CompletableFuture<Void>> outcomes = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            outcomes.add(publisher.publish(to(queue, i)).toCompletableFuture());
        }
        eventually().until(() -> broker.ready(queue) == 5);

        Thread stopping = Thread.startVirtualThread(() -> stop(messaging));
        eventually().until(() -> outcomes.stream().filter(CompletableFuture::isDone).count() == 95);
        proxy.cut();
        stopping.join();
        assertThat(outcomes.stream().map(outcome -> failure(outcome).reason()))
                .containsOnly(Reason.NOT_SENT, Reason.CONNECTION_LOST).filteredOn(Reason.CONNECTION_LOST::equals)
                .hasSize(5);
    }

    @Test
    void beforeTheStartOfMessagingItFailsAsNotSent() {
        ConfirmedPublisher publisher = ConfirmedPublisher.create(out());
        assertThat(failure(publisher.publish(to("test.nowhere", 1)).toCompletableFuture()).reason())
                .isEqualTo(Reason.NOT_SENT);
    }

    private static Publication to(String queue, int number) {
        return Publication.persistent("", queue, Integer.toString(number).getBytes(StandardCharsets.UTF_8));
    }

    private static boolean confirmed(CompletableFuture<Void> outcome) {
        try {
            outcome.join();
            return true;
        } catch (CompletionException _) {
            return false;
        }
    }

    private static PublishFailedException failure(CompletableFuture<Void> outcome) {
        try {
            outcome.join();
        } catch (CompletionException e) {
            return (PublishFailedException) e.getCause();
        }
        throw new AssertionError("was confirmed");
    }
}
