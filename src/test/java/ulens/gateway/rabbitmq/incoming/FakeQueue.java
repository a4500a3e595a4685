package ulens.gateway.rabbitmq.incoming;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A queue and the channels that consume from it, as the client library shows them, without a broker: what is written is
 * done at once, and what comes to the client comes when the test says so. It remembers whatever a broker would close a
 * channel for. For one thread at a time.
 */
final class FakeQueue {
    final Deque<Integer> ready = new ConcurrentLinkedDeque<>();
    final List<FakeChannel> channels = new ArrayList<>();
    final List<String> violations = new CopyOnWriteArrayList<>();
    /** Runs before the answer to each request of the client. */
    Runnable beforeAnswer = () -> {
    };

    final Connection connection = proxy(Connection.class, (method, arguments) -> switch (method) {
        case "openChannel" -> {
            beforeAnswer.run();
            FakeChannel channel = new FakeChannel();
            channels.add(channel);
            yield Optional.of(channel.client);
        }
        default -> throw new UnsupportedOperationException(method);
    });

    FakeChannel latest() {
        return channels.getLast();
    }

    boolean consumed() {
        return channels.stream().anyMatch(channel -> channel.open && channel.consumer != null);
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
                (_, method, arguments) -> answered(type, method, arguments, answer)));
    }

    private static Object answered(Class<?> type, Method method, Object[] arguments, Answer answer) throws Exception {
        return switch (method.getName()) {
            case "toString" -> "fake " + type.getSimpleName();
            case "hashCode" -> System.identityHashCode(answer);
            default -> answer.to(method.getName(), arguments);
        };
    }

    private interface Answer {
        Object to(String method, Object[] arguments) throws IOException;
    }

    /** One channel. */
    final class FakeChannel {
        final ConcurrentSkipListMap<Long, Integer> unsettled = new ConcurrentSkipListMap<>();
        /** On their way to the client, who may see them after the end of the channel. */
        final Deque<Long> underWay = new ArrayDeque<>();
        final Channel client = proxy(Channel.class, this::answer);
        private final TreeMap<Long, Integer> sent = new TreeMap<>();
        private final List<ShutdownListener> listeners = new ArrayList<>();
        private ShutdownSignalException end;
        private Consumer latest;
        private int prefetch;
        private long lastTag;
        boolean open = true;
        private boolean cancelled;
        Consumer consumer;

        private Object answer(String method, Object[] arguments) throws IOException {
            switch (method) {
                case "addShutdownListener" -> listen((ShutdownListener) arguments[0]);
                case "basicQos" -> {
                    beforeAnswer.run();
                    check();
                    prefetch = (int) arguments[0];
                }
                case "basicConsume" -> {
                    beforeAnswer.run();
                    check();
                    consumer = (Consumer) arguments[2];
                    latest = consumer;
                    return "consumer";
                }
                case "basicCancel" -> {
                    check();
                    consumer = null;
                }
                case "basicAck" -> settle((long) arguments[0], (boolean) arguments[1], false);
                case "basicNack" -> settle((long) arguments[0], (boolean) arguments[1], true);
                case "abort" -> end(true);
                default -> throw new UnsupportedOperationException(method);
            }
            return null;
        }

        private void listen(ShutdownListener listener) {
            listeners.add(listener);
            if (end != null) {
                listener.shutdownCompleted(end);
            }
        }

        private void check() {
            if (!open) {
                throw new AlreadyClosedException(end);
            }
        }

        private void settle(long tag, boolean multiple, boolean requeue) {
            if (!open) {
                violations.add("settled " + tag + " on a channel that is gone");
                return;
            }
            if (!unsettled.containsKey(tag)) {
                violations.add("unknown tag " + tag);
                return;
            }
            if (multiple) {
                unsettled.headMap(tag, true).clear();
                return;
            }
            Integer message = unsettled.remove(tag);
            if (requeue) {
                ready.addFirst(message);
            }
        }

        /** Whether it is there, and its consumer was not cancelled by the broker. */
        boolean whole() {
            return open && !cancelled;
        }

        /** The broker hands out what the prefetch allows. */
        void send() {
            while (open && consumer != null && !ready.isEmpty() && unsettled.size() < prefetch) {
                Integer message = ready.pollFirst();
                unsettled.put(++lastTag, message);
                sent.put(lastTag, message);
                underWay.add(lastTag);
            }
        }

        /** The client sees the next one that is under way. */
        void arrive() throws IOException {
            long tag = underWay.pollFirst();
            latest.handleDelivery("consumer", new Envelope(tag, false, "", "queue"), new AMQP.BasicProperties(),
                    Integer.toString(sent.get(tag)).getBytes(StandardCharsets.UTF_8));
        }

        /** The broker cancels the consumer, as it does when the queue is deleted, and leaves the channel open. */
        void cancel() throws IOException {
            cancelled = true;
            consumer = null;
            latest.handleCancel("consumer");
        }

        void lose() {
            end(false);
        }

        private void end(boolean byClient) {
            if (!open) {
                return;
            }
            open = false;
            consumer = null;
            unsettled.descendingMap().values().forEach(ready::addFirst);
            unsettled.clear();
            end = new ShutdownSignalException(false, byClient, null, client);
            List.copyOf(listeners).forEach(listener -> listener.shutdownCompleted(end));
        }
    }
}
