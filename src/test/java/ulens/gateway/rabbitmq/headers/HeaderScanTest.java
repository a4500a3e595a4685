package ulens.gateway.rabbitmq.headers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** What the scan lets through the client library can read, and what it does not is replaced by what it can. */
class HeaderScanTest {

    private static final int CASES = 100_000;

    @Test
    void whatIsLetThroughCanBeReadAndWhatIsNotIsReplaced() throws IOException {
        int replaced = 0;
        for (int seed = 0; seed < CASES; seed++) {
            byte[] frame = new RandomProperties(new Random(seed)).frame();
            int end = HeaderScan.properties(frame);
            // the library takes a table that claims more bytes than there are; brokers do not let one in
            if (end != HeaderScan.CUT_OFF) {
                assertThat(readsInLibrary(frame)).as("seed %d", seed).isEqualTo(end >= 0);
            }
            if (end < 0) {
                replaced++;
                assertThat(reason(UnreadableHeaders.replaced(frame))).as("seed %d", seed).isNotBlank();
            }
        }
        assertThat(replaced).isBetween(CASES / 10, CASES * 9 / 10);
    }

    @Test
    void whatCanBeReadIsKept() throws IOException {
        byte[] frame = new RandomProperties.Writer()
                .flags(RandomProperties.CONTENT_TYPE, RandomProperties.HEADERS, RandomProperties.MESSAGE_ID)
                .text("application/json").table(table -> {
                    table.entry("first").type('S').longText("kept");
                    table.entry("deep").nested(40);
                    table.entry("second").type('I').int32(7);
                    table.entry("odd").type('L').int64(1);
                    table.entry("lost").type('I').int32(8);
                }).text("m-1").frame();
        assertThat(HeaderScan.properties(frame)).isEqualTo(HeaderScan.TOO_DEEP);
        AMQP.BasicProperties read = read(UnreadableHeaders.replaced(frame));
        assertThat(read.getContentType()).isEqualTo("application/json");
        assertThat(read.getMessageId()).isEqualTo("m-1");
        assertThat(read.getHeaders()).containsOnlyKeys("first", "second", UnreadableHeaders.REASON)
                .containsEntry("second", 7);
        assertThat(read.getHeaders().get(UnreadableHeaders.REASON))
                .hasToString("header \"deep\" is nested deeper than 32 levels");
        assertThat(read.getBodySize()).isEqualTo(5);
    }

    @Test
    void theDeepestThatTheLibraryReadsIsLetThrough() {
        for (int depth = 30; depth < 36; depth++) {
            int levels = depth;
            byte[] frame = new RandomProperties.Writer().flags(RandomProperties.HEADERS)
                    .table(table -> table.entry("deep").nested(levels)).frame();
            assertThat(HeaderScan.properties(frame) >= 0).as("%d levels", depth).isEqualTo(readsInLibrary(frame))
                    .isEqualTo(depth <= HeaderScan.DEEPEST);
        }
    }

    @Test
    void flagsThatGoOnAreReplaced() throws IOException {
        byte[] frame = new RandomProperties.Writer().rawFlags(0x8001).text("text/plain").frame();
        assertThat(reason(UnreadableHeaders.replaced(frame)))
                .isEqualTo("the property flags go on beyond what AMQP 0-9-1 has");
    }

    private static boolean readsInLibrary(byte[] frame) {
        try {
            read(frame);
            return true;
        } catch (IOException | RuntimeException _) {
            return false;
        }
    }

    private static AMQP.BasicProperties read(byte[] frame) throws IOException {
        return (AMQP.BasicProperties) AMQImpl
                .readContentHeaderFrom(new DataInputStream(new ByteArrayInputStream(frame)));
    }

    private static String reason(byte[] frame) throws IOException {
        return read(frame).getHeaders().get(UnreadableHeaders.REASON).toString();
    }
}
