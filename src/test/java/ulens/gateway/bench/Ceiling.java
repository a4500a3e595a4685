package ulens.gateway.bench;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;

import java.util.concurrent.CountDownLatch;

/** A consumer that only acknowledges, 200 messages at a time: the limit that broker and publisher set. */
final class Ceiling {
    private static final int ACK_EACH = 200;
    private static final int MESSAGES = 40_000;

    private Ceiling() {
    }

    static void measure(String broker, Figures figures, Measure.Ids ids) {
        try (Feeder feeder = new Feeder(broker)) {
            consume(broker, feeder, ids);
            figures.add("live", Peer.Kind.CEILING, consume(broker, feeder, ids));
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static double consume(String broker, Feeder feeder, Measure.Ids ids) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker);
        int[] count = { 0 };
        CountDownLatch all = new CountDownLatch(1);
        try (Connection connection = factory.newConnection("bench-ceiling");
                Channel channel = connection.createChannel()) {
            channel.basicQos(2 * ACK_EACH);
            channel.basicConsume(Feeder.QUEUE, false, (_, message) -> {
                if (++count[0] % ACK_EACH == 0) {
                    channel.basicAck(message.getEnvelope().getDeliveryTag(), true);
                }
                if (count[0] == MESSAGES) {
                    all.countDown();
                }
            }, _ -> {
            });
            long start = System.nanoTime();
            feeder.publishAll(new Tally(ids.next(MESSAGES), MESSAGES, Measure.USERS, false));
            all.await();
            return MESSAGES / ((System.nanoTime() - start) / 1e9);
        }
    }
}
