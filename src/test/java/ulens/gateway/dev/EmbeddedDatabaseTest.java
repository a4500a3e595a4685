package ulens.gateway.dev;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

@Execution(ExecutionMode.CONCURRENT)
class EmbeddedDatabaseTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** One for all tests: to set a database up takes longer than all the rest. */
    @TempDir
    static Path folder;

    private Process child;

    @AfterEach
    void endChild() {
        if (child != null) {
            child.destroyForcibly();
            await("watchdog").atMost(PATIENCE).until(() -> server().isEmpty());
        }
    }

    @Test
    void rowsSurviveCloseAndStart() throws Exception {
        Path data;
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            data = database.dataFolder();
            execute(database, "create table kept (id int)", "insert into kept values (7)");
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(database.dataFolder()).isEqualTo(data).startsWith(folder.toRealPath());
            assertThat(data.getParent().getFileName()).hasToString("postgres-" + database.version().split("\\.")[0]);
            assertThat(query(database, "select id from kept")).isEqualTo("7");
        }
    }

    @Test
    void commitsAreDurableAndTheServerListensOnTheLoopbackOnly() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(setting(database, "fsync")).isEqualTo("on");
            assertThat(setting(database, "synchronous_commit")).isEqualTo("on");
            assertThat(setting(database, "full_page_writes")).isEqualTo("on");
            assertThat(setting(database, "listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(setting(database, "unix_socket_directories")).isEmpty();
            assertThat(query(database, "show server_encoding")).isEqualTo("UTF8");
        }
    }

    @Test
    void nobodyConnectsAsSuperuser() {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThatThrownBy(() -> DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:" + database.port() + "/" + database.user() + "?user=postgres"))
                            .isInstanceOf(SQLException.class).hasMessageContaining("no pg_hba.conf entry");
        }
    }

    @Test
    void closeStopsTheServerOnceAndAgainDoesNothing() throws Exception {
        EmbeddedDatabase database = EmbeddedDatabase.start(folder);
        ProcessHandle server = Postmaster.find(database.dataFolder()).orElseThrow();
        Thread.currentThread().interrupt();
        database.close();
        assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
        assertThat(server.isAlive()).isFalse();
        database.close();
        assertThatThrownBy(() -> DriverManager.getConnection(database.jdbcUrl())).isInstanceOf(SQLException.class);
    }

    @Test
    void startOnAGivenPortKeepsItOverARestart() {
        int port;
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            port = database.port();
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder, port)) {
            assertThat(database.port()).isEqualTo(port);
        }
    }

    @Test
    void secondGatewayOfTheSameProcessIsRefusedAndDoesNoHarm() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThatThrownBy(() -> EmbeddedDatabase.start(folder)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(folder.toRealPath().toString()).hasMessageContaining("DATABASE_URL");
            assertThat(query(database, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void secondGatewayOfAnotherProcessIsRefusedWithTheFirstOnesId() throws Exception {
        startChild();
        assertThatThrownBy(() -> EmbeddedDatabase.start(folder)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Another gateway (process " + child.pid() + ")");
        assertThat(child.isAlive()).isTrue();
        assertThat(runningServer().isAlive()).isTrue();
    }

    @Test
    void killedGatewayDoesNotBlockTheNextStartWhichFindsItsCommittedRows() throws Exception {
        startChild();
        child.destroyForcibly().waitFor();
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(query(database, "select id from committed")).isEqualTo("42");
        }
    }

    @Test
    void watchdogStopsTheServerOfAKilledGateway() throws Exception {
        startChild();
        ProcessHandle server = runningServer();
        child.destroyForcibly().waitFor();
        await().atMost(PATIENCE).until(() -> !server.isAlive());
    }

    @Test
    void orphanWithoutWatchdogIsStoppedByTheNextStart() throws Exception {
        startChild();
        ProcessHandle orphan = runningServer();
        List<ProcessHandle> watchdog = child.children().toList();
        assertThat(watchdog).hasSize(1);
        watchdog.getFirst().destroyForcibly();
        child.destroyForcibly().waitFor();
        assertThat(orphan.isAlive()).isTrue();
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(orphan.isAlive()).isFalse();
            assertThat(query(database, "select id from committed")).isEqualTo("42");
        }
    }

    @Test
    void processThatReusedTheIdOfADeadServerIsLeftAlone() throws Exception {
        Path data;
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            data = database.dataFolder();
        }
        Process stranger = new ProcessBuilder("sleep", "600").directory(data.toFile()).start();
        try {
            Files.write(Postmaster.pidFile(data), List.of(Long.toString(stranger.pid()), data.toString(),
                    Long.toString(stranger.info().startInstant().orElseThrow().getEpochSecond()), "1"));
            try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
                assertThat(query(database, "select 1")).isEqualTo("1");
            }
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void setupThatWasInterruptedStartsOverInACleanFolder(@TempDir Path other) throws Exception {
        Path versioned = Files.createDirectories(other.resolve("postgres-" + PostgresBinaries.unpacked().major()));
        Path half = Files.createDirectories(versioned.resolve("unfinished-1-1"));
        Files.writeString(half.resolve("PG_VERSION"), "18");
        Files.writeString(half.resolve("postgresql.conf"), "");
        try (EmbeddedDatabase database = EmbeddedDatabase.start(other)) {
            assertThat(half).doesNotExist();
            assertThat(query(database, "select current_user")).isEqualTo(database.user());
        }
    }

    @Test
    void whereNamespacesAreForbiddenRootRunsItAsAnotherUser() throws Exception {
        assumeThat(System.getProperty("user.name")).as("only root can run the server as another user")
                .isEqualTo("root");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder, 0, List.of(ServerAccount.OTHER_USER))) {
            execute(database, "create table handed_over (id int)", "insert into handed_over values (7)");
            assertThat(Files.getAttribute(database.dataFolder(), "unix:uid")).isEqualTo(65534);
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder, 0, List.of(ServerAccount.NAMESPACE))) {
            assertThat(query(database, "select id from handed_over")).as("data change hands").isEqualTo("7");
        }
    }

    @Test
    void folderThatTheOtherUserCannotReachIsNamedInTheError() throws Exception {
        assumeThat(System.getProperty("user.name")).as("only root can run the server as another user")
                .isEqualTo("root");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        assertThatThrownBy(() -> EmbeddedDatabase.start(folder, 0, List.of(ServerAccount.OTHER_USER)))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining(folder.toRealPath().toString())
                .hasMessageContaining("ordinary user");
    }

    private void startChild() throws Exception {
        child = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                System.getProperty("java.class.path"), EmbeddedDatabaseChild.class.getName(), folder.toString())
                        .redirectError(folder.resolve("child.log").toFile()).start();
        BufferedReader output = child.inputReader();
        assertThat(output.readLine()).as(() -> Program.lastLines(folder.resolve("child.log"))).isEqualTo("ready");
    }

    private ProcessHandle runningServer() throws Exception {
        return server().orElseThrow();
    }

    private Optional<ProcessHandle> server() throws Exception {
        return Postmaster.find(folder.resolve("postgres-" + PostgresBinaries.unpacked().major()).resolve("data"));
    }

    private static String setting(EmbeddedDatabase database, String name) throws SQLException {
        return query(database, "select setting from pg_settings where name = '" + name + "'");
    }

    private static void execute(EmbeddedDatabase database, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String query(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
