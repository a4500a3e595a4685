package ulens.gateway.dev;

import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Lets in only requests that are meant for this machine and, where a page made them, come from a page of this machine.
 * Listening on loopback addresses is not enough: the browser on this machine reaches them too. A page from elsewhere
 * may send simple requests to any port (they have its Origin), or, once its own name resolves to 127.0.0.1 (DNS
 * rebinding), any request (they have that name as Host).
 */
public final class LocalRequests implements Filter, Predicate<Headers> {
    private static final Pattern HOST = Pattern
            .compile("(localhost|[a-z0-9-]+\\.localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1])\\.?(:\\d{1,5})?");
    private static final Pattern SCHEME = Pattern.compile("https?://");

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        if (test(request.headers())) {
            chain.proceed();
        } else {
            response.status(Status.FORBIDDEN_403)
                    .send("dev mode serves this machine only: Host and Origin must be local, such as localhost\n");
        }
    }

    /** {@return whether a request with these headers is local} */
    @Override
    public boolean test(Headers headers) {
        List<String> hosts = headers.values(HeaderNames.HOST);
        List<String> origins = headers.values(HeaderNames.ORIGIN);
        return hosts.size() == 1 && isLocal(hosts.getFirst()) && origins.stream().allMatch(
                origin -> SCHEME.matcher(origin).lookingAt() && isLocal(SCHEME.matcher(origin).replaceFirst("")));
    }

    private static boolean isLocal(String host) {
        return HOST.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }
}
