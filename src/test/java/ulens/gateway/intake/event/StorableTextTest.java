package ulens.gateway.intake.event;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Escapes that PostgreSQL can't store are replaced, and nothing else is touched. */
class StorableTextTest {
    @ParameterizedTest
    @ValueSource(strings = { "plain", "\\u0001", "\\ud7ff", "\\ue000", "\\ud800\\udc00", "\\udbff\\udfff",
            "\\uD83D\\uDE00", "\\\\u0000", "\\\\\\\\u0000", "\\u000", "\\u00", "\\", "\\u00g0", "\\n\\t", "u0000" })
    void whatCanBeStoredIsTheSameObject(String json) {
        assertThat(StorableText.of(json)).isSameAs(json);
    }

    @ParameterizedTest
    @CsvSource({ "\\u0000,\\ufffd", "a\\u0000b\\u0000,a\\ufffdb\\ufffd", "\\ud800,\\ufffd", "\\udbff,\\ufffd",
            "\\udc00,\\ufffd", "\\udfff,\\ufffd", "\\ud800\\ud800\\udc00,\\ufffd\\ud800\\udc00",
            "\\ud800\\udbff,\\ufffd\\ufffd", "\\ud800\\ue000,\\ufffd\\ue000", "\\ud800x\\udc00,\\ufffdx\\ufffd",
            "\\udc00\\ud800,\\ufffd\\ufffd", "\\\\\\u0000,\\\\\\ufffd", "\\ud800\\udc0,\\ufffd\\udc0",
            "\\ud83d\\ude00\\ud83d,\\ud83d\\ude00\\ufffd" })
    void whatCanNotIsReplacedInItsPlace(String json, String stored) {
        assertThat(StorableText.of(json)).isEqualTo(stored);
    }

    @Test
    void theEndOfTheTextMayBeAnEscape() {
        assertThat(StorableText.of("x\\ud800")).isEqualTo("x\\ufffd");
    }
}
