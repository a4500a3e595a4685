package ulens.gateway.engineio;

import java.util.Optional;
import java.util.Set;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.ServerResponseHeaders;

/** The allow-list of Origins, and the CORS headers that tell browsers about it. */
final class Origins {
    private static final String ANY = "*";
    private static final int LONGEST_LIST = 1_000;
    private static final HeaderName REQUESTED_HEADERS = HeaderNames.create("Access-Control-Request-Headers");
    private static final HeaderName ALLOW_ORIGIN = HeaderNames.create("Access-Control-Allow-Origin");
    private static final HeaderName ALLOW_METHODS = HeaderNames.create("Access-Control-Allow-Methods");
    private static final HeaderName ALLOW_HEADERS = HeaderNames.create("Access-Control-Allow-Headers");
    private static final HeaderName MAX_AGE = HeaderNames.create("Access-Control-Max-Age");

    private final Set<String> allowed;

    Origins(Set<String> allowed) {
        this.allowed = Set.copyOf(allowed);
    }

    /** {@return whether a request with this Origin may come in; what has none is no browser} */
    boolean allow(Optional<String> origin) {
        return origin.isEmpty() || allowed.contains(ANY) || allowed.contains(origin.get());
    }

    /** Adds the headers of an answer to a plain request. */
    void addTo(ServerResponseHeaders headers, Optional<String> origin) {
        if (allowed.contains(ANY)) {
            headers.set(ALLOW_ORIGIN, ANY);
            return;
        }
        headers.set(HeaderNames.VARY, "Origin");
        if (origin.isPresent() && allow(origin)) {
            headers.set(ALLOW_ORIGIN, origin.get());
        }
    }

    /** Adds the headers of an answer to a preflight request. */
    void addPreflightTo(ServerResponseHeaders headers, Optional<String> origin, ServerRequestHeaders request) {
        addTo(headers, origin);
        headers.set(ALLOW_METHODS, "GET,POST");
        headers.set(MAX_AGE, "600");
        request.first(REQUESTED_HEADERS).filter(list -> list.length() <= LONGEST_LIST)
                .ifPresent(list -> headers.set(ALLOW_HEADERS, list));
    }
}
