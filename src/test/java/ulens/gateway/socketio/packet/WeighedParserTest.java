package ulens.gateway.socketio.packet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import ulens.gateway.engineio.inbound.InboundBudget;
import ulens.gateway.engineio.inbound.InboundShare;

import java.lang.management.ManagementFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Isolated("measures the heap, in which other tests may leave garbage")
class WeighedParserTest {
    private final JsonMapper json = JsonFormat.create(100);

    private static InboundShare share(long total) {
        return new InboundShare(new InboundBudget(total), 1_000_000, true, () -> true);
    }

    /**
     * The heap that trees of about a megabyte of text take, measured, is what they are weighed at, or less (but not by
     * much).
     */
    @ParameterizedTest
    @ValueSource(strings = { "[]", "{}", "[[[]]]", "1000", "123456789012", "1.5", "\"a\"", "\"\"", "\"\u20ac\u20ac\"",
            "null", "true", "{\"a\":1}", "{\"aaaaaaaaaaaaaaaaaaaa\":\"bbbbbbbbbbbbbbbbbbbbbbbbbb\"}",
            "12345678901234567890123456789012345", "[1,2,3,4,5,6,7,8,9]", "{\"a\":{\"b\":{\"c\":[null]}}}",
            "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":10,\"k\":11,\"l\":12,\"m\":13}" })
    void noTreeIsHeavierThanItsWeight(String element) {
        int count = 1_000_000 / (element.length() + 1);
        String text = "[" + (element + ",").repeat(count) + element + "]";
        InboundShare share = share(1L << 40);
        JsonNode[] trees = new JsonNode[4];
        long before = heapInUse();
        for (int i = 0; i < trees.length; i++) {
            trees[i] = read(text, share);
        }
        long real = heapInUse() - before;
        assertThat(trees[3].size()).isEqualTo(count + 1);
        assertThat(real).as("real").isLessThan(share.held() * 11 / 10 + 4_000_000).isGreaterThan(share.held() / 20);
    }

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private JsonNode read(String text, InboundShare share) {
        try (WeighedParser parser = new WeighedParser(json.createParser(text), share)) {
            return json.readTree(parser);
        }
    }

    @Test
    void nothingIsBuiltBeyondHalfOfTheBudget() {
        InboundShare share = share(100_000);
        WeighedParser parser = new WeighedParser(json.createParser("[" + "[],".repeat(1_000) + "[]]"), share);
        assertThatThrownBy(() -> json.readTree(parser)).isInstanceOf(WeighedParser.TooHeavy.class);
        assertThat(share.held()).isLessThan(55_000).isEqualTo(parser.taken());
        parser.abandon();
        assertThat(share.held()).isZero();
    }
}
