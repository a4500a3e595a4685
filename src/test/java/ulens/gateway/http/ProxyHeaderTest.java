package ulens.gateway.http;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.http.ProxyHeader.Found;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = { "PROXY TCP4 192.0.2.1 10.0.0.1 4711 80,192.0.2.1",
            "PROXY TCP6 2001:db8::1 ::1 65535 1,2001:db8:0:0:0:0:0:1", "PROXY UNKNOWN,-",
            "PROXY UNKNOWN ffff::1 ffff::2 1 2,-", "PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2,192.0.2.1" })
    void versionOneIsRead(String line, String address) {
        byte[] bytes = (line + "\r\nGET / HTTP/1.1\r\n").getBytes(StandardCharsets.US_ASCII);
        assertWhole(bytes, line.length() + 2, address);
    }

    @ParameterizedTest
    @ValueSource(strings = { "GET / HTTP/1.1\r\n", "PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\n", "PROXY\r\n",
            "PROXY TCP4 192.0.2.1 10.0.0.1 4711\r\n", "PROXY TCP4 192.0.2.1 10.0.0.1 4711 80 1\r\n",
            "PROXY TCP4 192.0.2.1  10.0.0.1 4711 80\r\n", "PROXY TCP4 192.0.2.1 ::1 4711 80\r\n",
            "PROXY TCP6 192.0.2.1 10.0.0.1 4711 80\r\n", "PROXY TCP4 192.0.2.1 10.0.0.1 65536 80\r\n",
            "PROXY TCP4 192.0.2.1 10.0.0.1 -1 80\r\n", "PROXY TCP4 localhost 10.0.0.1 1 80\r\n",
            "PROXY UDP4 a b c d\r\n", "proxy TCP4 192.0.2.1 10.0.0.1 1 80\r\n", "\r\n\r\nGET / HTTP/1.1",
            "PROXY TCP4 1.2.3 10.0.0.1 1 80\r\n" })
    void whatIsNoHeaderIsRefused(String text) {
        assertThat(ProxyHeader.read(text.getBytes(StandardCharsets.US_ASCII))).isInstanceOf(Found.Bad.class);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = { "2111000cc00002010a00000112670050,192.0.2.1",
            "21110010c00002010a00000112670050040000ff,192.0.2.1",
            "2121002420010db8000000000000000000000001000000000000000000000000000000010001000a,2001:db8:0:0:0:0:0:1",
            "20000000,-", "2011000cc00002010a00000112670050,-", "21000000,-", "21310004aabbccdd,-",
            "2112000cc00002010a00000112670050,-" })
    void versionTwoIsRead(String hex, String address) {

        byte[] header = HexFormat.of().parseHex(SIGNATURE + hex);
        assertWhole(concat(header, "GET".getBytes(StandardCharsets.US_ASCII)), header.length, address);
    }

    @ParameterizedTest
    @ValueSource(strings = { "11110000", "2211000c", "2111000b0000000000000000000000", "21111001", "2111ffff",
            "212100230000000000000000000000000000000000000000000000000000000000000000000000" })
    void aVersionTwoThatMakesNoSenseIsRefused(String hex) {
        assertThat(ProxyHeader.read(HexFormat.of().parseHex(SIGNATURE + hex))).isInstanceOf(Found.Bad.class);
    }

    @Test
    void aHeaderWithoutEndIsBounded() {
        byte[] endless = new byte[ProxyHeader.MOST_V1 + 1];
        Arrays.fill(endless, (byte) 'x');
        System.arraycopy("PROXY ".getBytes(StandardCharsets.US_ASCII), 0, endless, 0, 6);
        assertThat(ProxyHeader.read(endless)).isInstanceOf(Found.Bad.class);
    }

    /** 200,000 random beginnings of connections: each gets one of three results, never an exception. */
    @Test
    void anythingIsAnswered() {
        long seed = 20_261_125;
        Random random = new Random(seed);
        byte[][] seeds = { "PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\r\n".getBytes(StandardCharsets.US_ASCII),
                HexFormat.of().parseHex(SIGNATURE + "2111000cc00002010a00000112670050"), new byte[40] };
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = seeds[random.nextInt(seeds.length)].clone();
            for (int n = random.nextInt(4); n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            byte[] given = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            try {
                if (ProxyHeader.read(given) instanceof Found.Header header) {
                    assertThat(header.length()).isBetween(1, given.length);
                }
            } catch (RuntimeException failure) {
                throw new AssertionError("seed " + seed + ", case " + i + ": " + HexFormat.of().formatHex(given),
                        failure);
            }
        }
    }

    /** Asserts that the header is complete, and incomplete if it is cut at any byte. */
    private static void assertWhole(byte[] bytes, int length, String address) {
        assertThat(ProxyHeader.read(bytes)).isInstanceOfSatisfying(Found.Header.class, header -> {
            assertThat(header.length()).isEqualTo(length);
            assertThat(header.source().map(InetSocketAddress::getAddress).map(source -> source.getHostAddress()))
                    .isEqualTo(Optional.ofNullable(address));
        });
        for (int part = 0; part < length; part++) {
            assertThat(ProxyHeader.read(Arrays.copyOf(bytes, part))).as("%d bytes", part)
                    .isInstanceOf(Found.Incomplete.class);
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }
}
