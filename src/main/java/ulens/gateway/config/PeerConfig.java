package ulens.gateway.config;

import ulens.gateway.engineio.request.PeerRules;
import ulens.gateway.limits.ClientAddress;
import ulens.gateway.limits.ProxyTrust;
import ulens.gateway.limits.Rate;

import java.util.Map;
import java.util.Set;

/**
 * Reads which proxies are trusted, and the rates that one address is limited to. The default rates are far above the
 * needs of an office behind one address or of a faulty page, and far below a flood.
 */
final class PeerConfig {
    private PeerConfig() {
    }

    static PeerRules read(Knobs knobs) {
        Set<String> trusted = knobs.list("proxy.trusted", Set.of());
        ProxyTrust trust = ProxyTrust.of(trusted).orElseGet(() -> {
            knobs.problem("PROXY_TRUSTED is '" + String.join(",", trusted)
                    + "'; expected IP addresses or ranges like 10.0.0.0/8, separated by commas");
            return ProxyTrust.NOBODY;
        });
        ClientAddress.Header header = knobs.choice("proxy.header", ClientAddress.Header.EITHER,
                Map.of("either", ClientAddress.Header.EITHER, "x-forwarded-for", ClientAddress.Header.X_FORWARDED_FOR,
                        "forwarded", ClientAddress.Header.FORWARDED));
        return new PeerRules(new ClientAddress(trust, header),
                knobs.choice("proxy.protocol", false, Map.of("on", true, "off", false)),
                knobs.rate("limit.handshakes", Rate.of(20_000, 500)),
                knobs.rate("limit.requests", Rate.of(100_000, 5_000)));
    }
}
