package ulens.gateway.rabbitmq;

import org.eclipse.microprofile.reactive.messaging.Message;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import ulens.gateway.rabbitmq.incoming.RabbitMqMessage;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A subscriber that keeps what it gets and asks for what it is told to. */
public class Probe implements Subscriber<Message<byte[]>> {

    public final List<RabbitMqMessage> messages = new CopyOnWriteArrayList<>();
    public final List<Throwable> errors = new CopyOnWriteArrayList<>();
    public volatile boolean complete;
    public volatile Subscription subscription;
    private final long initialDemand;

    public Probe(long initialDemand) {
        this.initialDemand = initialDemand;
    }

    @Override
    public void onSubscribe(Subscription s) {
        subscription = s;
        if (initialDemand > 0) {
            s.request(initialDemand);
        }
    }

    @Override
    public void onNext(Message<byte[]> message) {
        messages.add((RabbitMqMessage) message);
    }

    @Override
    public void onError(Throwable t) {
        errors.add(t);
    }

    @Override
    public void onComplete() {
        complete = true;
    }

    public List<Integer> numbers() {
        return messages.stream().map(Probe::number).toList();
    }

    public RabbitMqMessage last() {
        return messages.getLast();
    }

    public static int number(RabbitMqMessage message) {
        return Integer.parseInt(new String(message.getPayload(), StandardCharsets.UTF_8));
    }
}
