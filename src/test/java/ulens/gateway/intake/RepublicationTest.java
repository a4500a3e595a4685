package ulens.gateway.intake;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.impl.LongStringHelper;
import org.junit.jupiter.api.Test;
import ulens.gateway.rabbitmq.outgoing.Publication;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason.NACKED;

/** What a copy of a message carries, what is cut of it so that it fits, and how it settles its message. */
class RepublicationTest {
    private final AtomicInteger sent = new AtomicInteger();

    private static LongString text(String text) {
        return LongStringHelper.asLongString(text);
    }

    private Republication of(HeldMessage message) {
        return new Republication(message, "dlx", "dead", Map.of("x-error", "why"), sent::incrementAndGet);
    }

    private static HeldMessage full() {
        Map<String, Object> headers = new HashMap<>(Map.of("x-event", text("sent"), "short", text("s".repeat(256)),
                "long", text("l".repeat(257)), "number", 7, "map", Map.of("a", 1), "list", List.of(1), "bytes",
                new byte[] { 1 }, "CC", List.of("other"), "BCC", List.of("other"), "x-error", text("old")));
        headers.put("x-dead-letter-reason", text("earlier"));
        return new HeldMessage(new byte[] { 1, 2, 3 }, new AMQP.BasicProperties.Builder().headers(headers)
                .messageId("id").userId("producer").expiration("1000").deliveryMode(1).build());
    }

    @Test
    void itCarriesEverythingButWhatWouldMisrouteIt() {
        Publication copy = of(full()).publication();
        assertThat(copy.exchange()).isEqualTo("dlx");
        assertThat(copy.routingKey()).isEqualTo("dead");
        assertThat(copy.mandatory()).isTrue();
        assertThat(copy.body()).containsExactly(1, 2, 3);
        assertThat(copy.properties().getMessageId()).isEqualTo("id");
        assertThat(copy.properties().getDeliveryMode()).isEqualTo(2);
        assertThat(copy.properties().getUserId()).isNull();
        assertThat(copy.properties().getExpiration()).isNull();
        assertThat(copy.properties().getHeaders())
                .containsOnlyKeys("x-event", "short", "long", "number", "map", "list", "bytes", "x-error")
                .containsEntry("x-error", "why").containsEntry("long", text("l".repeat(257)));
    }

    @Test
    void firstLongValuesAreShortenedAndListsAndTablesDropped() {
        Republication one = of(full());
        assertThat(one.cutMore()).isTrue();
        Map<String, Object> headers = one.publication().properties().getHeaders();
        assertThat(headers).containsOnlyKeys("x-event", "short", "long", "number", "x-error", "x-cut")
                .containsEntry("long", "l".repeat(256) + "…").containsEntry("short", text("s".repeat(256)))
                .containsEntry("number", 7);
        assertThat(headers.get("x-cut")).asString().contains("256 bytes");
    }

    @Test
    void thenAllButTheKindOfEventIsDroppedAndAtLastTheProperties() {
        Republication one = of(full());
        one.cutMore();
        assertThat(one.cutMore()).isTrue();
        assertThat(one.publication().properties().getHeaders()).containsOnlyKeys("x-event", "x-error", "x-cut");
        assertThat(one.publication().properties().getMessageId()).isEqualTo("id");
        assertThat(one.cutMore()).isTrue();
        assertThat(one.publication().properties().getHeaders()).containsOnlyKeys("x-event", "x-error", "x-cut");
        assertThat(one.publication().properties().getMessageId()).isNull();
        assertThat(one.cutMore()).isFalse();
    }

    @Test
    void aKindOfEventThatIsNoTextGoesWithTheOthers() {
        Republication one = of(new HeldMessage(Map.of("x-event", 5)));
        one.cutMore();
        assertThat(one.publication().properties().getHeaders()).containsEntry("x-event", 5);
        one.cutMore();
        assertThat(one.publication().properties().getHeaders()).doesNotContainKey("x-event");
    }

    @Test
    void aMessageWithoutHeadersGetsThoseThatTellTheReason() {
        HeldMessage bare = new HeldMessage("body");
        assertThat(of(bare).publication().properties().getHeaders()).containsOnlyKeys("x-error");
        assertThat(of(bare).bytes()).isEqualTo(4);
    }

    @Test
    void aConfirmSettlesTheMessageAndIsCounted() {
        HeldMessage message = full();
        of(message).confirmed();
        assertThat(message.settled).containsExactly("ack");
        assertThat(sent).hasValue(1);
    }

    @Test
    void elsewhereOrBackItIsSettledWithoutBeingCounted() {
        HeldMessage message = full();
        of(message).acknowledge();
        of(message).giveBack();
        assertThat(message.settled).containsExactly("ack", "requeue");
        assertThat(sent).hasValue(0);
    }

    @Test
    void itIsAliveAsLongAsItsMessageIs() {
        HeldMessage message = full();
        Republication one = of(message);
        assertThat(one.live()).isTrue();
        message.live = false;
        assertThat(one.live()).isFalse();
    }

    @Test
    void itsAgeIsCountedFromItsBeginning() {
        long before = System.nanoTime();
        Republication one = of(full());
        assertThat(one.age()).isBetween(0L, System.nanoTime() - before);
    }

    @Test
    void anAttemptIsRepeatedOnlyWhenTheLastOneIsOver() {
        Republication one = of(full());
        CompletableFuture<Void> first = new CompletableFuture<>();
        assertThat(one.attempt(() -> first)).isSameAs(first);
        assertThat(one.attempt(() -> {
            throw new AssertionError("the first one is open");
        })).isSameAs(first);
        first.completeExceptionally(AnsweringBroker.failed(NACKED).exceptionNow());
        CompletableFuture<Void> second = new CompletableFuture<>();
        assertThat(one.attempt(() -> second)).isSameAs(second);
    }
}
