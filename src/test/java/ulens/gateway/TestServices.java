package ulens.gateway;

import org.junit.jupiter.api.Assumptions;
import ulens.gateway.dev.EmbeddedBroker;
import ulens.gateway.dev.EmbeddedDatabase;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The PostgreSQL and the broker that tests talk to: embedded ones, or the machine's own where TEST_DATABASE_URL and
 * TEST_RMQ_URL say where they are. Started once for all tests.
 */
public final class TestServices {
    private static final Path FOLDER = Path.of("target", "test-services").toAbsolutePath();

    private TestServices() {
    }

    /** {@return a PostgreSQL in which schemas may be created} */
    public static DatabaseUrl database() {
        return Optional.ofNullable(System.getenv("TEST_DATABASE_URL")).map(DatabaseUrl::parse)
                .orElseGet(() -> DatabaseUrl.parse(Postgres.EMBEDDED.jdbcUrl()));
    }

    /** {@return a broker} */
    public static String broker() {
        return Optional.ofNullable(System.getenv("TEST_RMQ_URL")).orElseGet(() -> Qpid.EMBEDDED.uri());
    }

    /** {@return whether the broker is a real RabbitMQ} */
    public static boolean realBroker() {
        return System.getenv("TEST_RMQ_URL") != null;
    }

    /** Skips a test of the broker's own behaviour where there is no real one, and says how to run it. */
    public static void needRealBroker() {
        Assumptions.assumeTrue(realBroker(),
                "depends on RabbitMQ itself; run with TEST_RMQ_URL=amqp://guest:guest@localhost:5672");
    }

    private static final class Postgres {
        private static final EmbeddedDatabase EMBEDDED = EmbeddedDatabase.start(FOLDER);

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(EMBEDDED::close));
        }
    }

    private static final class Qpid {
        private static final EmbeddedBroker EMBEDDED = EmbeddedBroker.start(FOLDER, 0);

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(EMBEDDED::close));
        }
    }
}
