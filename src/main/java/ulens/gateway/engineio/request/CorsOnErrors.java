package ulens.gateway.engineio.request;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;

import java.util.function.Predicate;

/**
 * Adds the CORS headers to answers with which Helidon itself refuses a request, such as one with a body that is too
 * large: without them a browser hides the status from the page.
 *
 * @param origins
 *            the allowed Origins
 * @param ours
 *            whether a path belongs to the Engine.IO server
 */
public record CorsOnErrors(Origins origins, Predicate<String> ours) implements DirectHandler {
    @Override
    public TransportResponse handle(TransportRequest request, EventType type, Status status,
            ServerResponseHeaders headers, String message) {
        TransportResponse response = DirectHandler.defaultHandler().handle(request, type, status, headers, message);
        if (ours.test(request.path())) {
            origins.addTo(response.headers(), request.headers().first(HeaderNames.ORIGIN));
        }
        return response;
    }
}
