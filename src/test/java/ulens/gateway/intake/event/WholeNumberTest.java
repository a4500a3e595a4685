package ulens.gateway.intake.event;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Which numbers are integers, however they are written, and how long one may be. */
class WholeNumberTest {
    @ParameterizedTest
    @CsvSource({ "42,42", "42.0,42", "4.2e1,42", "-7,-7", "+7,7", "007,7", "0.000,0", "-0,0", "0e999999999,0",
            "1e3,1000" })
    void anIntegerIsRecognisedInEveryForm(String text, String decimal) {
        assertThat(WholeNumber.read(text)).isEqualTo(new WholeNumber.Is(decimal));
    }

    @ParameterizedTest
    @ValueSource(strings = { "1.5", "1e-1", "15e-1", "1e-99999999999" })
    void aFractionIsNone(String text) {
        assertThat(WholeNumber.read(text)).isEqualTo(WholeNumber.Not.FRACTION);
    }

    @Test
    void twoHundredDigitsAreTheMost() {
        assertThat(WholeNumber.read("9".repeat(200))).isEqualTo(new WholeNumber.Is("9".repeat(200)));
        assertThat(WholeNumber.read("9".repeat(201))).isEqualTo(WholeNumber.Not.TOO_LONG);
        assertThat(WholeNumber.read("1e199")).isEqualTo(new WholeNumber.Is("1" + "0".repeat(199)));
        assertThat(WholeNumber.read("1e200")).isEqualTo(WholeNumber.Not.TOO_LONG);
        assertThat(WholeNumber.read("1e99999999999")).isEqualTo(WholeNumber.Not.TOO_LONG);
        assertThat(WholeNumber.read("-1e99999999999")).isEqualTo(WholeNumber.Not.TOO_LONG);
    }

    @Test
    void aTextOfAThousandCharactersIsRead() {
        assertThat(WholeNumber.read("0".repeat(999) + "7")).isEqualTo(new WholeNumber.Is("7"));
        assertThat(WholeNumber.read("0".repeat(1_000) + "7")).isEqualTo(WholeNumber.Not.TOO_LONG);
    }
}
