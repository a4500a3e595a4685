package ulens.gateway.intake;

import com.rabbitmq.client.AMQP;
import ulens.gateway.rabbitmq.headers.PlainHeaders;
import ulens.gateway.rabbitmq.incoming.DeferredMessage;
import ulens.gateway.rabbitmq.incoming.IncomingMessage;
import ulens.gateway.rabbitmq.outgoing.Publication;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A queue, the one channel that is open to it, and where dead letters and retries go. Only messages that are settled
 * leave the queue; what is not settled when the channel is gone is delivered again.
 */
final class FakeBroker implements IntakeBroker {
    private static final IntakeRoutes ROUTES = new IntakeRoutes("dlx", "dead", "retry");

    private final List<Queued> queue = new ArrayList<>();
    private final List<Publication> deadLetters = new ArrayList<>();
    private final List<Publication> retries = new ArrayList<>();
    private Channel open = new Channel();
    private boolean taking = true;
    private Consumer<String> acked = _ -> {
    };

    /** A message in the queue: everything of it that outlives a channel. */
    private static final class Queued {
        private final byte[] body;
        private final Map<String, Object> headers;
        private boolean redelivered;

        Queued(byte[] body, Map<String, Object> headers) {
            this.body = body;
            this.headers = headers;
        }
    }

    void publish(String body, Map<String, Object> headers) {
        queue.add(new Queued(body.getBytes(StandardCharsets.UTF_8), headers));
    }

    /** What looks at each ack. It is given the body. */
    void whenAcked(Consumer<String> action) {
        acked = action;
    }

    /** {@return what the broker hands over on its channel: what it has not yet} */
    List<IncomingMessage> deliver() {
        List<IncomingMessage> delivered = new ArrayList<>();
        for (Queued one : taking ? queue : List.<Queued> of()) {
            if (!open.handedOver.contains(one)) {
                open.handedOver.add(one);
                delivered.add(new Delivered(open, one, one.redelivered));
                one.redelivered = true;
            }
        }
        return delivered;
    }

    /** The connection is lost. */
    void cut() {
        open = new Channel();
    }

    /** The process that took messages has ended, and another one begins. */
    void restart() {
        cut();
        taking = true;
    }

    boolean isTaking() {
        return taking;
    }

    int queued() {
        return queue.size();
    }

    List<Publication> deadLetters() {
        return deadLetters;
    }

    List<Publication> retries() {
        return retries;
    }

    /** What waits for its time in the retry queue comes back. */
    void returnRetries() {
        List<Publication> back = List.copyOf(retries);
        retries.clear();
        back.forEach(one -> queue.add(new Queued(one.body(), one.properties().getHeaders())));
    }

    @Override
    public void giveBack() {
        open = new Channel();
        taking = false;
    }

    @Override
    public void takeAgain() {
        taking = true;
    }

    @Override
    public void declareAgain() {
        throw new AssertionError("nothing is gone");
    }

    @Override
    public CompletionStage<Void> publish(Publication publication) {
        (publication.exchange().equals(ROUTES.deadLetterExchange()) ? deadLetters : retries).add(publication);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public IntakeRoutes routes() {
        return ROUTES;
    }

    /** Of one channel: what was handed over on it, in this order. */
    private final class Channel {
        private final List<Queued> handedOver = new ArrayList<>();
        private final Set<Queued> deferred = new HashSet<>();

        boolean live() {
            return this == open;
        }

        void ack(Queued one) {
            if (live() && queue.remove(one)) {
                acked.accept(new String(one.body, StandardCharsets.UTF_8));
            }
        }
    }

    private final class Delivered implements IncomingMessage {
        private final Channel on;
        private final Queued queued;
        private final boolean redelivered;

        Delivered(Channel on, Queued queued, boolean redelivered) {
            this.on = on;
            this.queued = queued;
            this.redelivered = redelivered;
        }

        @Override
        public byte[] getPayload() {
            return queued.body;
        }

        @Override
        public Optional<String> unreadable() {
            return Optional.empty();
        }

        @Override
        public Map<String, Object> headers() {
            return PlainHeaders.plain(queued.headers);
        }

        @Override
        public AMQP.BasicProperties properties() {
            return new AMQP.BasicProperties.Builder().headers(new HashMap<>(queued.headers)).build();
        }

        @Override
        public boolean redelivered() {
            return redelivered;
        }

        @Override
        public CompletionStage<Void> ack() {
            if (!on.deferred.contains(queued)) {
                on.ack(queued);
            }
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> ackThrough() {
            int tag = on.handedOver.indexOf(queued);
            for (Queued one : List.copyOf(on.handedOver.subList(0, tag + 1))) {
                if (!on.deferred.contains(one)) {
                    on.ack(one);
                }
            }
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public DeferredMessage defer() {
            on.deferred.add(queued);
            return new DeferredMessage() {
                @Override
                public boolean live() {
                    return on.live();
                }

                @Override
                public void ack() {
                    on.ack(queued);
                }

                @Override
                public void requeue() {
                    throw new AssertionError("the broker takes everything");
                }
            };
        }

        @Override
        public boolean live() {
            return on.live();
        }

        @Override
        public String toString() {
            return "a message";
        }
    }
}
