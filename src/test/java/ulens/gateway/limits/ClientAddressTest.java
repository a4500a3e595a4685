package ulens.gateway.limits;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ulens.gateway.limits.ClientAddress.Header;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** The address of a client is what the proxies saw, never what the client says. */
class ClientAddressTest {
    private static final String PROXY = "10.0.0.1";
    private static final ProxyTrust TRUST = ProxyTrust.of(Set.of("10.0.0.0/8", "fd00::/8", "2001:db8::7"))
            .orElseThrow();

    @ParameterizedTest(name = "{0} behind {1}: {2}")
    @CsvSource(delimiter = '|', nullValues = "-", value = { "-|10.0.0.1|10.0.0.1", "192.0.2.1|10.0.0.1|192.0.2.1",
            "192.0.2.1|198.51.100.9|198.51.100.9", "1.1.1.1, 192.0.2.1|10.0.0.1|192.0.2.1",
            "1.1.1.1, 192.0.2.1, 10.0.0.2|10.0.0.1|192.0.2.1", "10.0.0.3, 10.0.0.2|10.0.0.1|10.0.0.3",
            "192.0.2.1:4711|10.0.0.1|192.0.2.1", "2001:db8::1|10.0.0.1|2001:db8:0:0:0:0:0:1",
            "[2001:db8::1]|10.0.0.1|2001:db8:0:0:0:0:0:1", "[2001:db8::1]:443|10.0.0.1|2001:db8:0:0:0:0:0:1",
            "192.0.2.1, 2001:db8::7|fd00::1|192.0.2.1", "::ffff:192.0.2.1|10.0.0.1|192.0.2.1",
            "  ,192.0.2.1 , , |10.0.0.1|192.0.2.1",
            // from the right: what can't be read hides all that stands left of it
            "192.0.2.1, unknown|10.0.0.1|10.0.0.1", "192.0.2.1, unix:|10.0.0.1|10.0.0.1",
            "192.0.2.1, 1.2.3|10.0.0.1|10.0.0.1", "192.0.2.1, 010.0.0.1|10.0.0.1|10.0.0.1",
            "192.0.2.1, 1.2.3.256|10.0.0.1|10.0.0.1", "192.0.2.1, localhost|10.0.0.1|10.0.0.1",
            "192.0.2.1, fe80::1%eth0|10.0.0.1|10.0.0.1", "192.0.2.1, [1.2.3.4]|10.0.0.1|10.0.0.1",
            "192.0.2.1, 1.2.3.4:port|10.0.0.1|10.0.0.1", "192.0.2.1, [::1|10.0.0.1|10.0.0.1",
            "garbage, 192.0.2.1|10.0.0.1|192.0.2.1", "192.0.2.1, rubbish, 10.0.0.2|10.0.0.1|10.0.0.2" })
    void xForwardedForIsReadFromTheRight(String header, String peer, String expected) {
        List<String> lines = header == null ? List.of() : List.of(header);
        assertThat(find(Header.EITHER, peer, lines, List.of())).isEqualTo(expected);
        assertThat(find(Header.X_FORWARDED_FOR, peer, lines, List.of())).isEqualTo(expected);
        assertThat(find(Header.FORWARDED, peer, lines, List.of())).isEqualTo(ip(peer).getHostAddress());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = { "for=192.0.2.1|192.0.2.1",
            "For=\"192.0.2.1:4711\"|192.0.2.1", "for=\"[2001:db8::1]:4711\"|2001:db8:0:0:0:0:0:1",
            "for=[2001:db8::1]|2001:db8:0:0:0:0:0:1", "for=\"[2001:db8::1]:_obf\"|2001:db8:0:0:0:0:0:1",
            "proto=https;for=192.0.2.1;by=203.0.113.43|192.0.2.1",
            "for=1.1.1.1, for=192.0.2.1;host=\"a,b;c\"|192.0.2.1", "for=1.1.1.1,for=192.0.2.1,for=10.0.0.2|192.0.2.1",
            "for = 192.0.2.1 ; proto=http|192.0.2.1", "for=\"192.0.2\\.1\"|192.0.2.1",
            "for=1.1.1.1;for=192.0.2.1|10.0.0.1", "for=_hidden|10.0.0.1", "for=unknown|10.0.0.1",
            "proto=https|10.0.0.1", "for|10.0.0.1", "=|10.0.0.1", "for=1.1.1.1;x|10.0.0.1",
            // a client opens a quote so that what the proxy appends would be inside of it
            "for=\"1.1.1.1, for=192.0.2.1|10.0.0.1", "for=1.1.1.1, for=\", for=\"[2001:db8::1]:443\"|10.0.0.1",
            "for=1.1.1.1, a=\"\\, for=192.0.2.1|10.0.0.1" })
    void forwardedIsReadFromTheRight(String header, String expected) {
        assertThat(find(Header.EITHER, PROXY, List.of(), List.of(header))).isEqualTo(expected);
        assertThat(find(Header.FORWARDED, PROXY, List.of("9.9.9.9"), List.of(header))).isEqualTo(expected);
        assertThat(find(Header.X_FORWARDED_FOR, PROXY, List.of(), List.of(header))).isEqualTo(PROXY);
    }

    @Test
    void severalLinesAreOneList() {
        assertThat(find(Header.EITHER, PROXY, List.of("1.1.1.1", "192.0.2.1, 10.0.0.2", "10.0.0.3"), List.of()))
                .isEqualTo("192.0.2.1");
        assertThat(find(Header.EITHER, PROXY, List.of(), List.of("for=1.1.1.1", "for=192.0.2.1", "for=10.0.0.3")))
                .isEqualTo("192.0.2.1");
    }

    @Test
    void whereBothHeadersDisagreeNeitherIsBelievedUnlessItIsKnownWhichOneTheProxyWrites() {
        List<String> forged = List.of("1.1.1.1");
        List<String> written = List.of("for=192.0.2.1");
        assertThat(find(Header.EITHER, PROXY, forged, written)).isEqualTo(PROXY);
        assertThat(find(Header.FORWARDED, PROXY, forged, written)).isEqualTo("192.0.2.1");
        assertThat(find(Header.X_FORWARDED_FOR, PROXY, forged, written)).isEqualTo("1.1.1.1");
        assertThat(find(Header.EITHER, PROXY, List.of("192.0.2.1"), written)).isEqualTo("192.0.2.1");
    }

    @Test
    void rangesAreCheckedToTheBit() {
        ProxyTrust trust = ProxyTrust.of(Set.of("192.0.2.128/25", "2001:db8:8000::/33", "127.0.0.1")).orElseThrow();
        assertThat(List.of("192.0.2.128", "192.0.2.255", "2001:db8:ffff::1", "127.0.0.1", "::ffff:192.0.2.200"))
                .allMatch(address -> trust.trusts(ip(address)));
        assertThat(List.of("192.0.2.127", "192.0.3.128", "2001:db8:7fff::1", "127.0.0.2", "::1"))
                .noneMatch(address -> trust.trusts(ip(address)));
        assertThat(ProxyTrust.of(Set.of("0.0.0.0/0")).orElseThrow().trusts(ip("8.8.8.8"))).isTrue();
        for (String wrong : List.of("10.0.0.0/33", "10.0.0/8", "10.0.0.0/-1", "10.0.0.0/", "proxy", "::/129", "",
                "10.0.0.0/8/8", "fe80::1%1")) {
            assertThat(ProxyTrust.of(Set.of(wrong))).as(wrong).isEmpty();
        }
    }

    /**
     * Whatever a client sends before what the proxy appends, the outcome is what the proxy saw, or the proxy itself.
     */
    @Test
    void noHeaderOfAClientMakesItSomebodyElse() {
        long seed = 20_261_125;
        Random random = new Random(seed);
        String[] pieces = { "for=", "1.1.1.1", "10.0.0.9", ",", ";", "\"", "\\", " ", "[", "]", "::1", ":", "unknown",
                "=", "by=", "\t", "10.0.0.2", "é", "x", "%", "for=\"[2001:db8::1]:1\"" };
        for (int i = 0; i < 100_000; i++) {
            StringBuilder forged = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                forged.append(pieces[random.nextInt(pieces.length)]);
            }
            String label = "seed " + seed + ", case " + i + ": " + forged;
            assertThat(find(Header.EITHER, PROXY, List.of(forged + ", 192.0.2.1"), List.of())).as(label)
                    .isEqualTo("192.0.2.1");
            assertThat(find(Header.EITHER, PROXY, List.of(), List.of(forged + ", for=\"192.0.2.1:7\""))).as(label)
                    .isIn("192.0.2.1", PROXY);
            assertThat(find(Header.EITHER, PROXY, List.of(), List.of(forged + ", for=192.0.2.1;proto=http"))).as(label)
                    .isIn("192.0.2.1", PROXY);
            assertThat(find(Header.EITHER, PROXY, List.of(forged.toString()), List.of("for=192.0.2.1"))).as(label)
                    .isIn("192.0.2.1", PROXY);
        }
    }

    @Test
    void anIpv6NetworkCountsAsOne() {
        assertThat(Arrays.asList("2001:db8:1:2::1", "2001:db8:1:2:ffff::9").stream().map(ClientAddressTest::ip)
                .map(IpAddress::network)).containsOnly("2001:db8:1:2::/64");
        assertThat(IpAddress.network(ip("192.0.2.1"))).isEqualTo("192.0.2.1");
    }

    private static String find(Header header, String peer, List<String> xForwardedFor, List<String> forwarded) {
        return new ClientAddress(TRUST, header).of(ip(peer), xForwardedFor, forwarded).getHostAddress();
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }
}
