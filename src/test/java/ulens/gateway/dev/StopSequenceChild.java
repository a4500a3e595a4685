package ulens.gateway.dev;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Map;

/** A process that, told to stop, goes on to use both servers for a while, as a gateway does with its batch in hand. */
final class StopSequenceChild {
    private static final int ROUNDS = 100;

    private StopSequenceChild() {
    }

    public static void main(String[] args) throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start(Path.of(args[0]).resolve("broker"), 0);
        EmbeddedDatabase database = EmbeddedDatabase.start(Path.of(args[0]));
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        Channel channel = factory.newConnection().createChannel();
        channel.queueDeclare("q", true, false, false, Map.of());
        channel.confirmSelect();
        Connection connection = DriverManager.getConnection(database.jdbcUrl());
        connection.createStatement().execute("create table if not exists last_work (id int)");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try (Statement insert = connection.createStatement()) {
                for (int i = 0; i < ROUNDS; i++) {
                    channel.basicPublish("", "q", MessageProperties.PERSISTENT_BASIC, new byte[1]);
                    channel.waitForConfirmsOrDie(20_000);
                    insert.execute("insert into last_work values (1)");
                    // long enough for a rival shutdown hook to do its damage
                    Thread.sleep(10);
                }
                System.out.println("finished");
            } catch (Exception e) {
                System.out.println("cut off: " + e);
            }
            database.close();
            broker.close();
            System.out.println("closed");
        }));
        System.out.println("ready");
        Thread.sleep(Long.MAX_VALUE);
    }
}
