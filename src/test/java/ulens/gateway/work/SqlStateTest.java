package ulens.gateway.work;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the database said is found behind what others have wrapped around it. */
class SqlStateTest {
    @Test
    void theDeepestStateIsWhatTheServerSaid() {
        SQLException server = new SQLException("ERROR: the disk is full", "53100", new IOException());
        Throwable wrapped = new IllegalStateException(new SQLTransientConnectionException("timeout", "08003", server));
        assertEquals("53100", SqlState.of(wrapped));
        assertEquals("53", SqlState.kind(wrapped));
        assertEquals(server, SqlState.cause(wrapped).orElseThrow());
    }

    @Test
    void aWrapperKeepsItsStateIfWhatIsBehindItHasNone() {
        assertEquals("08006", SqlState.of(new SQLException("lost", "08006", new SQLException("no state"))));
    }

    @Test
    void withoutAStateItIsStillAFailureOfTheDatabase() {
        Throwable failure = new IllegalStateException(new SQLException("no connection"));
        assertTrue(SqlState.cause(failure).isPresent());
        assertEquals("", SqlState.of(failure));
        assertEquals("", SqlState.kind(failure));
    }

    @Test
    void whatTheDatabaseHasNothingToDoWithHasNoState() {
        assertTrue(SqlState.cause(new IllegalStateException(new IOException())).isEmpty());
        assertEquals("", SqlState.of(new OutOfMemoryError()));
    }

    @Test
    void locksAndDeadlocksAreTold() {
        Throwable lock = new IllegalStateException(new SQLException("a", "55P03"));
        Throwable deadlock = new IllegalStateException(new SQLException("a", "40P01"));
        assertTrue(SqlState.isLock(lock));
        assertFalse(SqlState.isDeadlock(lock));
        assertTrue(SqlState.isDeadlock(deadlock));
        assertFalse(SqlState.isLock(deadlock));
    }

    @Test
    void aStateOfTwoCharactersIsItsOwnKindAndAShorterOneHasNone() {
        assertEquals("08", SqlState.kind(new SQLException("odd", "08")));
        assertEquals("", SqlState.kind(new SQLException("odd", "0")));
    }

    @Test
    void causesInACircleEnd() {
        Exception one = new Exception();
        Exception other = new Exception(one);
        one.initCause(other);
        assertEquals("", SqlState.of(one));
    }
}
