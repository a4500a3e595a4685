package ulens.gateway.intake;

import com.rabbitmq.client.AMQP;
import ulens.gateway.rabbitmq.headers.PlainHeaders;
import ulens.gateway.rabbitmq.incoming.DeferredMessage;
import ulens.gateway.rabbitmq.incoming.IncomingMessage;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A message that notes how it is settled. */
final class HeldMessage implements IncomingMessage {
    final List<String> settled = new CopyOnWriteArrayList<>();
    volatile boolean live = true;
    private final byte[] body;
    private final AMQP.BasicProperties properties;

    HeldMessage(byte[] body, AMQP.BasicProperties properties) {
        this.body = body;
        this.properties = properties;
    }

    HeldMessage(String body) {
        this(body.getBytes(java.nio.charset.StandardCharsets.UTF_8), new AMQP.BasicProperties());
    }

    HeldMessage(Map<String, Object> headers) {
        this(new byte[3], new AMQP.BasicProperties.Builder().headers(headers).build());
    }

    @Override
    public byte[] getPayload() {
        return body;
    }

    @Override
    public Optional<String> unreadable() {
        return Optional.empty();
    }

    @Override
    public Map<String, Object> headers() {
        return PlainHeaders.plain(properties.getHeaders());
    }

    @Override
    public AMQP.BasicProperties properties() {
        return properties;
    }

    @Override
    public boolean redelivered() {
        return false;
    }

    @Override
    public CompletionStage<Void> ack() {
        return done("ack");
    }

    @Override
    public CompletionStage<Void> ackThrough() {
        return done("ack through");
    }

    private CompletionStage<Void> done(String how) {
        settled.add(how);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public DeferredMessage defer() {
        return new DeferredMessage() {
            @Override
            public boolean live() {
                return live;
            }

            @Override
            public void ack() {
                done("ack");
            }

            @Override
            public void requeue() {
                done("requeue");
            }
        };
    }

    @Override
    public boolean live() {
        return live;
    }
}
