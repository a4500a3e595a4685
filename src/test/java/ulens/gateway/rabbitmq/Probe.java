package ulens.gateway.rabbitmq;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A subscriber that keeps what it gets and asks for what it is told to. */
class Probe implements Subscriber<Message<byte[]>> {

    final List<RabbitMqMessage> messages = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    volatile boolean complete;
    volatile Subscription subscription;
    private final long initialDemand;

    Probe(long initialDemand) {
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

    List<Integer> numbers() {
        return messages.stream().map(Probe::number).toList();
    }

    RabbitMqMessage last() {
        return messages.getLast();
    }

    static int number(RabbitMqMessage message) {
        return Integer.parseInt(new String(message.getPayload(), StandardCharsets.UTF_8));
    }
}
