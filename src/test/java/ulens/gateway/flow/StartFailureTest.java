package ulens.gateway.flow;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ulens.gateway.database.FakePostgres;
import ulens.gateway.fixture.JarProcess;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.fixture.TestTokens;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static org.assertj.core.api.Assertions.assertThat;

/** Every failed start prints the reason and ends with status 1, in a process as an operator starts it. */
class StartFailureTest {
    private static final int AT_ONCE = 3;

    private final List<Callable<Void>> starts = new ArrayList<>();

    @TempDir
    private Path folder;

    @Test
    void everyStartThatFailsSaysWhyAndEndsWithStatusOne() throws Exception {
        try (TestDatabase database = new TestDatabase();
                TestDatabase newer = new TestDatabase();
                TestDatabase closed = new TestDatabase();
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                FakePostgres password = new FakePostgres("28P01", "password authentication failed");
                FakePostgres bouncer = new FakePostgres("08P01", "no such database: ulens")) {
            int port = taken.getLocalPort();
            Map<String, String> real = Map.of("ACCESS_SECRET_KEY", TestTokens.SECRET, "DATABASE_URL",
                    database.environmentValue(), "RMQ_URL", "amqp://127.0.0.1:1", "HOST", "127.0.0.1", "PORT", "0",
                    "OPS_PORT", "0");
            fails("a taken port", with(real, "PORT", port), "can't listen on 127.0.0.1:" + port
                    + " (Address already in use); stop who uses it, or set env variable PORT");
            fails("a taken operations port", with(real, "OPS_PORT", port), "can't listen on 127.0.0.1:" + port
                    + " (Address already in use); stop who uses it, or set env variable OPS_PORT");
            fails("an address of another machine", with(real, "HOST", "192.0.2.1"), "can't listen on 192.0.2.1:0");
            fails("a host that does not exist", with(real, "HOST", "no-such-host.invalid"),
                    "can't listen on no-such-host.invalid (unknown host); set env variable HOST");
            fails("URLs that are none",
                    with(with(real, "DATABASE_URL", "mysql://u:hunter2@h/db"), "RMQ_URL", "hunter2"),
                    "DATABASE_URL is not usable: the scheme is not", "RMQ_URL is not usable: it has no scheme");
            fails("a TLS mode that is none", with(real, "DATABASE_URL", "postgresql://u:hunter2@h/db?sslmode=on"),
                    "DATABASE_URL is not usable: sslmode is unknown; expected one of disable,");
            fails("no TLS", with(real, "DATABASE_URL", database.environmentValue() + "&sslmode=require"),
                    "PostgreSQL refuses DATABASE_URL (jdbc:postgresql://", "The server does not support SSL");
            fails("a wrong password", with(real, "DATABASE_URL", password.url()), "password authentication failed");
            fails("no such database at a bouncer", with(real, "DATABASE_URL", bouncer.url()),
                    "no such database: ulens");
            newer.execute("create table flyway_schema_history as select 1 as installed_rank, '999'::varchar(50) as"
                    + " version, 'next'::varchar(200) as description, 'SQL'::varchar(20) as type,"
                    + " 'V999__next.sql'::varchar(1000) as script, 0 as checksum, 'x'::varchar(100) as installed_by,"
                    + " now()::timestamp as installed_on, 0 as execution_time, true as success");
            fails("tables of a newer release", with(real, "DATABASE_URL", newer.environmentValue()),
                    "the tables are of a newer release (migration 999)");
            fails("no permission to migrate", with(real, "DATABASE_URL", closedTo(closed)),
                    "permission denied for schema", "DATABASE_MIGRATE=false");
            Files.writeString(Files.createDirectory(folder.resolve("misspelt")).resolve("application.yaml"),
                    "delivery:\n  pagesize: 7\n");
            fails("misspelt", real, "delivery.pagesize in application.yaml is not a knob");
            Files.writeString(folder.resolve("file"), "not a folder");
            failsInDevMode("a folder in a file", Map.of("DEV_FOLDER", folder.resolve("file").resolve("dev").toString()),
                    folder.resolve("file") + "/dev: Not a directory");
            failsInDevMode("a folder that is a file", Map.of("DEV_FOLDER", folder.resolve("file").toString()),
                    folder.resolve("file") + ": is there already, and no folder");
            failsInDevMode("a folder that can't be written", Map.of("DEV_FOLDER", "/proc/gateway"), "/proc/gateway: ");
            failsInDevMode("an address that others reach in dev mode", Map.of("HOST", "0.0.0.0"),
                    "HOST is '0.0.0.0'; in dev");
            fails("a forgotten URL", without(real, "DATABASE_URL"), "Set env variable DATABASE_URL, example:");
            fails("nothing at all", Map.of("HOST", "0.0.0.0"), "Set env variable DATABASE_URL, example:",
                    "Set env variable RMQ_URL, example:", "Set env variable ACCESS_SECRET_KEY, example:",
                    "this build has no dev mode: set what follows, or run ./mvnw compile exec:exec");
            fails("a dev mode that is not there", Map.of("DEV_MODE", "on"), "Set env variable DATABASE_URL, example:",
                    "DEV_MODE is 'on'; this build has no dev mode: ./mvnw compile exec:exec");
            runAll();
        }
    }

    /** {@return the URL of a role that may create nothing there; of the usual role if none can be created} */
    private static String closedTo(TestDatabase database) {
        if (database.column("select 1 from pg_roles where rolname = current_user and rolsuper").isEmpty()) {
            database.execute("do $$ begin execute format('revoke create on schema %I from %I', current_schema(),"
                    + " current_user); end $$");
            return database.environmentValue();
        }
        database.execute("do $$ begin if to_regrole('ulens_test_reader') is null then create role ulens_test_reader"
                + " login; end if; end $$");
        database.execute("do $$ begin execute format('grant usage on schema %I to ulens_test_reader',"
                + " current_schema()); end $$");
        return database.environmentValue().replaceAll("&user=[^&]*", "&user=ulens_test_reader");
    }

    private static Map<String, String> with(Map<String, String> environment, String name, Object value) {
        Map<String, String> changed = new HashMap<>(environment);
        changed.put(name, value.toString());
        return changed;
    }

    private static Map<String, String> without(Map<String, String> environment, String name) {
        Map<String, String> changed = new HashMap<>(environment);
        changed.remove(name);
        return changed;
    }

    private void fails(String how, Map<String, String> environment, String... said) {
        starts.add(() -> {
            fails(how, JarProcess.startSmall(Files.createDirectories(folder.resolve(how)), environment), said);
            return null;
        });
    }

    private void failsInDevMode(String how, Map<String, String> environment, String... said) {
        starts.add(() -> {
            fails(how, JarProcess.startSmallDevMode(Files.createDirectories(folder.resolve(how)),
                    with(environment, "PORT", "0")), said);
            return null;
        });
    }

    private static void fails(String how, JarProcess started, String... said) {
        try (JarProcess process = started) {
            assertThat(process.status()).as("%s: %s", how, process.output()).isEqualTo(1);
            assertThat(process.output()).as(how).contains("The gateway c").contains(said).doesNotContain("hunter2",
                    TestTokens.SECRET, "Exception", "\tat ", "listening on");
        }
    }

    private void runAll() throws Exception {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (Future<Void> start : threads.invokeAll(starts)) {
                start.get();
            }
        }
    }

    /** A reason is logged once while it stays the same, and again when it changes; a lasting one ends the start. */
    @Test
    void waitingSaysWhatItWaitsForAndEndsWhereWaitingDoesNotHelp() throws Exception {
        try (FakePostgres server = new FakePostgres("57P03", "the database system is starting up");
                JarProcess process = JarProcess.startSmall(folder, Map.of("ACCESS_SECRET_KEY", TestTokens.SECRET,
                        "DATABASE_URL", server.url(), "RMQ_URL", "amqp://127.0.0.1:1", "PORT", "0", "OPS_PORT", "0"))) {
            process.awaitOutput("waiting for jdbc:postgresql://127.0.0.1:");
            int refused = server.refused();
            org.awaitility.Awaitility.await().atMost(TestClient.PATIENCE).until(() -> server.refused() > refused + 3);
            assertThat(process.alive()).isTrue();
            assertThat(process.output()).containsOnlyOnce("/ulens: FATAL: the database system is starting up");
            server.says("53300", "sorry, too many clients already");
            process.awaitOutput("/ulens: FATAL: sorry, too many clients already");
            server.says("28P01", "password authentication failed for user \"gateway\"");
            assertThat(process.status()).isEqualTo(1);
            assertThat(process.output()).contains("PostgreSQL refuses DATABASE_URL (jdbc:postgresql://127.0.0.1:",
                    "password authentication failed").doesNotContain("hunter2", "Exception");
        }
    }
}
