package ulens.gateway.flow;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.fixture.Device;
import ulens.gateway.fixture.PgBouncer;
import ulens.gateway.fixture.RealPostgres;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Rule: when a database goes back in time, clients get all rows that it still has, and no row is marked delivered that
 * was not sent. Uses real servers, dumps and standbys, with one client away and one on line meanwhile. In each case a
 * client has rows 1 to 10, the database goes back to row 5, and rows 11 to 20 are stored under the numbers 6 to 15.
 */
class RestoreTest {
    private static RealPostgres server;

    private final String name = "ulens_" + UUID.randomUUID().toString().replace("-", "");

    @BeforeAll
    static void start() {
        RealPostgres.need();
        server = RealPostgres.create();
        // the role that PgBouncer connects with
        server.execute("postgres", "create role gateway superuser login");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDumpIsRestoredOverTheRunningDatabase(Way way) {
        try (Scene scene = Scene.on(server, name, way)) {
            Path dump = scene.upToTen(() -> server.dump(name));
            server.restore(dump, name, "--clean", "--if-exists", "--single-transaction");
            scene.goOnAt(server, "another table inbox");
        }
    }

    @Test
    void aDumpIsRestoredWhileNotificationsAreStoredAndDelivered() throws InterruptedException {
        try (Scene scene = Scene.on(server, name, Way.DIRECT)) {
            scene.storeAndDeliver(1, 5);
            Path dump = server.dump(name);
            Thread publisher = Thread.ofVirtual().start(() -> {
                for (int id = 6; id <= 600; id += 3) {
                    scene.publish(id, id + 2);
                }
            });
            scene.here.awaitAll(ids(6, 60));
            scene.away.cut();
            server.restore(dump, name, "--clean", "--if-exists", "--single-transaction");
            publisher.join();
            await().alias("the last row is stored").atMost(TestClient.PATIENCE.multipliedBy(2))
                    .until(() -> scene.idsOf("here").contains(600L) && scene.idsOf("away").contains(600L));
            scene.here.awaitAll(scene.idsOf("here"));
            assertThat(scene.away.received()).as("delivered to a client that is away").containsAll(server.numbers(name,
                    "select notification_id from delivery" + " where user_id = 'away' and delivered_at is not null"));
            scene.away.connect();
            scene.away.awaitAll(scene.idsOf("away"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theDatabaseIsDroppedAndCreatedAgainFromADump(Way way) {
        try (Scene scene = Scene.on(server, name, way)) {
            Path dump = scene.upToTen(() -> server.dump(name));
            server.execute("postgres", "drop database " + name + " with (force)");
            server.execute("postgres", "create database " + name);
            server.restore(dump, name, "--single-transaction");
            scene.goOnAt(server, "another table inbox");
        }
    }

    @Test
    void aDumpIsRestoredOnAnotherServerThatTakesThePlaceOfTheOldOne() {
        try (RealPostgres old = RealPostgres.create();
                Scene scene = Scene.on(old, name, Way.DIRECT)) {
            Path dump = scene.upToTen(() -> old.dump(name));
            old.stop();
            try (RealPostgres next = RealPostgres.create(old.port())) {
                next.execute("postgres", "create database " + name);
                next.restore(dump, name, "--single-transaction");
                scene.goOnAt(next, "another server");
            }
        }
    }

    /** The gateway asks for the primary only, as by default with several hosts, or for any server. */
    @ParameterizedTest
    @ValueSource(strings = { "", "&targetServerType=any" })
    void aStandbyIsPromotedThatMissesTheLastCommits(String target) {
        try (RealPostgres primary = RealPostgres.create()) {
            primary.execute("postgres", "create database " + name);
            try (RealPostgres standby = primary.standby();
                    Scene scene = new Scene(name, primary, RealPostgres.url(name, primary, standby) + target, () -> {
                    })) {
                scene.upToTen(() -> {
                    await().atMost(TestClient.PATIENCE).until(() -> standby
                            .numbers(name, "select count(delivered_at) from delivery").equals(List.of(10L)));
                    standby.execute("postgres", "alter system set primary_conninfo = ''");
                    standby.execute("postgres", "select pg_reload_conf()");
                    return await().atMost(TestClient.PATIENCE)
                            .until(() -> standby.numbers(name, "select pid from pg_stat_wal_receiver"), List::isEmpty);
                });
                primary.stop();
                // a gateway that accepts any server finds the standby before it can write, and must not judge by it
                await().atMost(TestClient.PATIENCE)
                        .until(() -> target.isEmpty() || !standby
                                .numbers("postgres",
                                        "select pid from pg_stat_activity where application_name = 'ulens-gateway'")
                                .isEmpty());
                standby.promote();
                scene.goOnAt(standby, "another timeline");
            }
        }
    }

    @Test
    void aSnapshotOfTheWholeServerIsPutBackAsTheReadmeTellsDbas() {
        try (RealPostgres own = RealPostgres.create();
                Scene scene = Scene.on(own, name, Way.DIRECT)) {
            scene.upToTen(() -> {
                own.stop();
                own.snapshot();
                own.start();
                return own;
            });
            scene.gateway.stop();
            own.stop();
            own.putBack();
            own.start();
            own.execute(name, "select new_generation()");
            scene.gateway.start();
            assertThat(scene.here.connect()).isFalse();
            scene.goOnAt(own, "asked for by postgres");
        }
    }

    @Test
    void aRestartOfTheServerIsNoOtherDatabaseAndClientsResume() {
        try (Scene scene = Scene.on(server, name, Way.DIRECT)) {
            scene.storeAndDeliver(1, 5);
            scene.away.cut();
            server.stop();
            server.start();
            scene.publish(6, 10);
            scene.here.awaitAll(ids(6, 10));
            assertThat(scene.here.ids()).as("nothing again").isEqualTo(ids(1, 10));
            assertThat(scene.away.connect()).as("resumed").isTrue();
            scene.away.awaitAll(ids(6, 10));
            assertThat(scene.away.ids()).isEqualTo(ids(6, 10));
        }
    }

    private static List<Long> ids(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    /** The connection of the gateway to the database. */
    private enum Way {
        DIRECT,
        /** In transaction mode: the gateway keeps its connections when those to the database are lost. */
        BOUNCER
    }

    /** A gateway, and two users with a client each. */
    private static final class Scene implements AutoCloseable {
        private final String database;
        private final RealPostgres first;
        private final TestGateway gateway;
        private final Device away;
        private final Device here;
        private final Runnable end;

        Scene(String database, RealPostgres first, String url, Runnable end) {
            this.database = database;
            this.first = first;
            this.end = end;
            this.gateway = new TestGateway(
                    Map.of("DATABASE_URL", url, "DATABASE_TIMEOUT", "2s", "DELIVERY_SWEEP_INTERVAL", "500ms"));
            this.away = Device.of(gateway.port(), "away");
            this.here = Device.of(gateway.port(), "here");
        }

        /** On a new database of a server. */
        static Scene on(RealPostgres server, String database, Way way) {
            server.execute("postgres", "create database " + database);
            if (way == Way.DIRECT) {
                return new Scene(database, server, RealPostgres.url(database, server), () -> {
                });
            }
            // the database is away for a moment, which is not tested here
            PgBouncer bouncer = new PgBouncer(server.port(), "server_login_retry = 1");
            return new Scene(database, server, "postgresql://gateway@127.0.0.1:" + bouncer.port() + "/" + database,
                    bouncer::close);
        }

        /**
         * Delivers rows 1 to 10, then disconnects a client; returns the copy of the database that was made at row 5.
         */
        <T> T upToTen(Supplier<T> keep) {
            storeAndDeliver(1, 5);
            T kept = keep.get();
            storeAndDeliver(6, 10);
            away.cut();
            return kept;
        }

        void publish(int from, int to) {
            gateway.broker().publish(away.user(), from, to);
            gateway.broker().publish(here.user(), from, to);
        }

        List<Long> idsOf(String user) {
            return first.numbers(database, "select notification_id from delivery where user_id = '" + user + "'");
        }

        void storeAndDeliver(int from, int to) {
            publish(from, to);
            await().alias("rows up to " + to + " are delivered").atMost(TestClient.PATIENCE).until(
                    () -> first.numbers(database, "select count(delivered_at) from delivery").equals(List.of(2L * to)));
            away.awaitAll(ids(from, to));
            here.awaitAll(ids(from, to));
        }

        /** Continues with a database that has rows 1 to 5. */
        void goOnAt(RealPostgres server, String reason) {
            publish(11, 20);
            await().atMost(TestClient.PATIENCE.multipliedBy(2)).ignoreExceptions()
                    .until(() -> server.numbers(database, "select count(*) from delivery").equals(List.of(30L)));
            assertThat(server.numbers(database, "select max(seq) from delivery")).as("numbers come again")
                    .containsExactly(15L);
            here.awaitAll(ids(11, 20));
            assertThat(server.numbers(database,
                    "select count(delivered_at) from delivery where user_id = 'away'" + " and notification_id > 10"))
                            .as("marked while its client is away").containsExactly(0L);
            assertThat(away.connect()).as("resumed by an offset of before").isFalse();
            away.awaitAll(ids(11, 20));
            assertThat(away.ids()).as("from the beginning").isEqualTo(
                    LongStream.concat(LongStream.rangeClosed(1, 5), LongStream.rangeClosed(11, 20)).boxed().toList());
            await().atMost(TestClient.PATIENCE).until(
                    () -> server.numbers(database, "select count(delivered_at) from delivery").equals(List.of(30L)));
            assertThat(server.numbers(database,
                    "select count(*) from database_generation where reason like '%" + reason + "%'"))
                            .as("the reason is noted").containsExactly(1L);
            // in the new generation everything works as before
            away.cut();
            publish(21, 22);
            here.awaitAll(ids(21, 22));
            assertThat(away.connect()).isTrue();
            away.awaitAll(ids(21, 22));
            assertThat(away.ids()).isEqualTo(ids(21, 22));
        }

        @Override
        public void close() {
            away.close();
            here.close();
            gateway.close();
            end.run();
        }
    }
}
