package ulens.gateway.stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** From which positions a stream may be gone on with, and what position the next row of a replay has. */
class PositionTest {
    private static final Head HEAD = new Head(10, 7, false);

    @ParameterizedTest
    @CsvSource({ "10,7,0,0", "10,7,10,10", "1,7,10,0", "0,7,0,0", "0,0,0,0" })
    void aPositionOfTheSameGenerationThatIsNotBeyondTheHeadFits(long seq, long generation, long openUntil, long floor) {
        assertThat(new Position(seq, generation, openUntil, floor).isIn(HEAD)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({ "11,7,0,0", "10,7,11,0", "9,7,0,10", "10,8,0,0", "1,0,0,0", "0,0,1,0", "0,0,0,1" })
    void anyOtherIsAFreshStart(long seq, long generation, long openUntil, long floor) {
        assertThat(new Position(seq, generation, openUntil, floor).isIn(HEAD)).isFalse();
    }

    @Test
    void whatClaimsNothingFitsAStreamThatDoesNotExist() {
        assertThat(new Position(0, Position.NO_STREAM, 0, 0).isIn(Head.NONE)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({ "5,8", "8,8", "9,0" })
    void theReplayIsOverBehindItsLastRow(long row, long openUntil) {
        assertThat(new Position(4, 7, 8, 2).at(row)).isEqualTo(new Position(row, 7, openUntil, 2));
    }
}
