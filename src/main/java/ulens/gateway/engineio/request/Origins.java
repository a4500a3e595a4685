package ulens.gateway.engineio.request;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.ServerResponseHeaders;

import java.util.Optional;
import java.util.Set;

/** The allow-list of Origins, and the CORS headers that tell browsers about it. */
public final class Origins {
    private static final String ANY = "*";
    private static final int LONGEST_LIST = 1_000;
    private static final HeaderName REQUESTED_HEADERS = HeaderNames.create("Access-Control-Request-Headers");
    private static final HeaderName ALLOW_ORIGIN = HeaderNames.create("Access-Control-Allow-Origin");
    private static final HeaderName ALLOW_CREDENTIALS = HeaderNames.create("Access-Control-Allow-Credentials");
    private static final HeaderName ALLOW_METHODS = HeaderNames.create("Access-Control-Allow-Methods");
    private static final HeaderName ALLOW_HEADERS = HeaderNames.create("Access-Control-Allow-Headers");
    private static final HeaderName MAX_AGE = HeaderNames.create("Access-Control-Max-Age");

    private final Set<String> allowed;

    /**
     * Creates a list.
     *
     * @param allowed
     *            Origins, compared exactly; {@code *} allows all
     */
    public Origins(Set<String> allowed) {
        this.allowed = Set.copyOf(allowed);
    }

    /**
     * Checks a request.
     *
     * @param origin
     *            its Origin; a request without one does not come from a browser
     *
     * @return whether the request is allowed
     */
    public boolean allow(Optional<String> origin) {
        return origin.isEmpty() || allowed.contains(ANY) || allowed.contains(origin.get());
    }

    /**
     * Adds the headers of an answer to a plain request. A browser that sends cookies (sticky load balancers need them)
     * accepts an answer only if it names the Origin and allows credentials. That is safe even if every Origin is
     * allowed: cookies authenticate nothing here. Only the token does, and no browser adds it by itself.
     *
     * @param headers
     *            the headers of the answer
     * @param origin
     *            the Origin of the request
     */
    public void addTo(ServerResponseHeaders headers, Optional<String> origin) {
        headers.set(HeaderNames.VARY, "Origin");
        if (origin.isPresent() && allow(origin)) {
            headers.set(ALLOW_ORIGIN, origin.get());
            headers.set(ALLOW_CREDENTIALS, "true");
        } else if (allowed.contains(ANY)) {
            headers.set(ALLOW_ORIGIN, ANY);
        }
    }

    /**
     * Adds the headers of an answer to a preflight request.
     *
     * @param headers
     *            the headers of the answer
     * @param origin
     *            the Origin of the request
     * @param request
     *            the headers of the request
     */
    public void addPreflightTo(ServerResponseHeaders headers, Optional<String> origin, ServerRequestHeaders request) {
        addTo(headers, origin);
        headers.set(ALLOW_METHODS, "GET,POST");
        headers.set(MAX_AGE, "600");
        request.first(REQUESTED_HEADERS).filter(list -> list.length() <= LONGEST_LIST)
                .ifPresent(list -> headers.set(ALLOW_HEADERS, list));
    }
}
