package ulens.gateway.database;

import io.helidon.dbclient.DbClientException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ulens.gateway.config.DatabaseConfig;
import ulens.gateway.fixture.TestDatabase;
import ulens.gateway.work.SqlState;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** All of it or nothing, and the connection goes back to the pool either way. */
class TransactionTest {
    private final TestDatabase server = new TestDatabase();
    private Database database;

    @BeforeEach
    void open() {
        // of a name that is ours, since only those are looked for in the schema; deferred: it is the commit that finds
        // the duplicate
        server.execute("create table node (n int, unique (n) deferrable initially deferred)");
        database = Database.open(new DatabaseConfig(Optional.empty(), 1, Duration.ofSeconds(5), Duration.ofSeconds(1),
                false, Optional.empty(), DatabaseConfig.Bouncer.OFF), server.url());
    }

    @AfterEach
    void close() {
        database.close();
        server.close();
    }

    private long insert(int... numbers) {
        return Transaction.run(database.client(), transaction -> {
            long rows = 0;
            for (int number : numbers) {
                rows += transaction.createDmlStatement("insert into node (n) values (?)").addParam(number).execute();
            }
            return rows;
        });
    }

    @Test
    void returnsAfterTheCommit() {
        assertEquals(2, insert(1, 2));
        assertEquals(List.of("1", "2"), rows());
    }

    @Test
    void whateverIsThrownRollsBackAndComesAsItIs() {
        assertThrows(NoClassDefFoundError.class, () -> Transaction.run(database.client(), transaction -> {
            transaction.createDmlStatement("insert into node (n) values (1)").execute();
            throw new NoClassDefFoundError("made up");
        }));
        assertEquals(List.of(), rows());
        assertEquals(1, insert(3), "the only connection is free again");
    }

    @Test
    void aStatementThatIsRefusedRollsBack() {
        DbClientException failure = assertThrows(DbClientException.class,
                () -> Transaction.run(database.client(), transaction -> {
                    transaction.createDmlStatement("insert into node (n) values (1)").execute();
                    return transaction.createDmlStatement("insert into node (n) values (1 / 0)").execute();
                }));
        assertEquals("22012", SqlState.of(failure));
        assertEquals(List.of(), rows());
        assertEquals(1, insert(3));
    }

    @Test
    void aCommitThatIsRefusedIsAFailure() {
        DbClientException failure = assertThrows(DbClientException.class, () -> insert(1, 1));
        assertEquals("23505", SqlState.of(failure));
        assertEquals(List.of(), rows());
        assertEquals(1, insert(3));
    }

    private List<String> rows() {
        return server.column("select n from node order by n");
    }
}
