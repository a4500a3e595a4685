package ulens.gateway.work;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.sql.SQLException;

import static org.assertj.core.api.Assertions.assertThat;

/** Why something failed, in one line that an operator may read. */
class ReasonTest {
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = { "55P03; a lock is held by somebody else (SQLSTATE 55P03): m",
            "08001; no connection (SQLSTATE 08001): m", "99999; refused (SQLSTATE 99999): m",
            "22P02; the data does not fit (SQLSTATE 22P02)", "23505; a constraint refuses the data (SQLSTATE 23505)",
            "P0001; a function raised an error (SQLSTATE P0001)" })
    void theStateIsSaidInWordsAndTheServersOwnWordsOnlyIfTheyCanNotQuoteData(String state, String reason) {
        assertThat(Reason.of(new IllegalStateException(new SQLException("m", state)))).isEqualTo(reason);
    }

    @Test
    void withoutAStateItIsWhatTheDriverOrThePoolSays() {
        assertThat(Reason.of(new SQLException("no connection in time"))).isEqualTo("no connection in time");
        assertThat(Reason.of(new SQLException("odd", "1"))).isEqualTo("odd");
        assertThat(Reason.of(new SQLException())).isEqualTo("SQLException");
    }

    @Test
    void whatTheDatabaseHasNothingToDoWithIsNamedByItsKindOnly() {
        assertThat(Reason.of(new RuntimeException("a", new IllegalStateException("a user's words"))))
                .isEqualTo("IllegalStateException");
    }

    @Test
    void itIsOneLineOfAtMostThreeHundredCharacters() {
        assertThat(Reason.of(new SQLException("  a\tb  \nsecond"))).isEqualTo("a b");
        assertThat(Reason.of(new SQLException("x".repeat(300)))).isEqualTo("x".repeat(300));
        assertThat(Reason.of(new SQLException("x".repeat(301)))).isEqualTo("x".repeat(300));
        assertThat(Reason.of(new SQLException("\n"))).isEmpty();
    }
}
