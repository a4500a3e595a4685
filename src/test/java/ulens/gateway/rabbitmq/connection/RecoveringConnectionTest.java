package ulens.gateway.rabbitmq.connection;

import com.rabbitmq.client.Connection;
import org.junit.jupiter.api.Test;
import ulens.gateway.rabbitmq.BrokerSandbox;
import ulens.gateway.rabbitmq.RabbitMqTestCase;
import ulens.gateway.work.Backoff;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/** An Error while a connection is put to use costs that connection, not the link. */
class RecoveringConnectionTest extends RabbitMqTestCase {
    @Test
    void anErrorEndsTheConnectionAndTheLinkMakesAnotherOne() {
        Connectivity connectivity = new Connectivity(states);
        RecoveringConnection link = new RecoveringConnection("test",
                BrokerAddress.parse(BrokerSandbox.urlThrough(proxy.port())), _ -> {
                }, new Backoff(Duration.ofMillis(20), Duration.ofMillis(100)), connectivity);
        AtomicInteger attempts = new AtomicInteger();
        link.add(new RecoveringChannel() {
            private volatile boolean attached;

            @Override
            public boolean detached() {
                return !attached;
            }

            @Override
            public void attach(Connection connection, Runnable onLost) {
                if (attempts.incrementAndGet() <= 2) {
                    throw new NoClassDefFoundError("made up");
                }
                attached = true;
            }

            @Override
            public String lostBecause() {
                return "never";
            }

            @Override
            public void beforeClose() {
                // nothing is under way
            }
        });
        eventually().until(connectivity::connected);
        assertThat(attempts).hasValue(3);
        link.stop();
    }
}
