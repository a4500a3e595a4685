package ulens.gateway.intake;

import io.helidon.dbclient.DbClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

import static org.assertj.core.api.Assertions.assertThat;

/** What is to be done about a failure of the database is told by its SQLSTATE alone. */
class StoreResultTest {
    @ParameterizedTest
    @ValueSource(strings = { "08000", "08006", "25006", "28P01", "3D000", "40001", "40P01", "42501", "42P01", "53100",
            "53300", "55006", "57014", "57P01", "58030", "25P02" })
    void whatIsNotTheMessagesFaultIsWaitedFor(String state) {
        assertThat(of(state)).isInstanceOf(StoreResult.Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = { "22001", "22021", "22P02", "22P05", "54000", "54001" })
    void whatTheDatabaseCannotHoldIsRefused(String state) {
        assertThat(of(state)).isEqualTo(new StoreResult.Refused("the database can't hold it (SQLSTATE " + state + ")"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "0A000", "23502", "23505", "23514", "XX000", "XX001", "P0001" })
    void whatMayBeTheMessageOrTheTablesIsTriedAFewTimes(String state) {
        assertThat(of(state)).isEqualTo(new StoreResult.Failed("SQLSTATE " + state));
    }

    @Test
    void aLockThatWasWaitedForInVainIsNobodysFault() {
        assertThat(of("55P03")).isEqualTo(new StoreResult.Locked());
    }

    @Test
    void whereThereIsNoConnectionThereIsNoState() {
        assertThat(StoreResult.of(new DbClientException("failed", new SQLTransientConnectionException("timed out"))))
                .isEqualTo(new StoreResult.Unavailable("no connection"));
    }

    @Test
    void theInnermostStateCounts() {
        SQLException server = new SQLException("canceling statement", "55P03");
        assertThat(StoreResult.of(new DbClientException("failed", new SQLException("pool", "08001", server))))
                .isInstanceOf(StoreResult.Locked.class);
    }

    @Test
    void whatDidNotComeFromTheDatabaseIsTriedAFewTimes() {
        assertThat(StoreResult.of(new IllegalStateException("body of a user")))
                .isEqualTo(new StoreResult.Failed("IllegalStateException"));
    }

    @Test
    void noReasonHoldsDataOfARow() {
        for (String state : new String[] { "22P02", "23505", "P0001" }) {
            assertThat(StoreResult
                    .of(new DbClientException("failed", new SQLException("Key (user_id)=(ann) exists", state)))
                    .toString()).doesNotContain("ann");
        }
    }

    private static StoreResult of(String state) {
        return StoreResult.of(FakeStreams.failure(state));
    }
}
