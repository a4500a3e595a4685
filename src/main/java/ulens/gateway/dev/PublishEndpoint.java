package ulens.gateway.dev;

import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Publishes a notification through the broker, for whoever tries the gateway. What the body leaves out is filled in:
 * {@code messageId}, {@code eventType}, {@code notificationId} (from the clock) and {@code sentAt}. What is wrong in it
 * goes out as it is, so that one can see what becomes of it.
 */
public final class PublishEndpoint implements Handler {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Function<byte[], CompletionStage<Void>> publisher;

    /**
     * The endpoint.
     *
     * @param publisher
     *            publishes a body; completes when the broker has confirmed it
     */
    public PublishEndpoint(Function<byte[], CompletionStage<Void>> publisher) {
        this.publisher = publisher;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) throws Exception {
        JsonNode body;
        try {
            body = JSON.readTree(request.content().as(byte[].class));
        } catch (JacksonException _) {
            body = null;
        }
        if (!(body instanceof ObjectNode event)) {
            response.status(Status.BAD_REQUEST_400)
                    .send("expected a JSON object, such as {\"userId\":\"demo\",\"message\":\"Hello\"}\n");
            return;
        }
        fill(event);
        try {
            publisher.apply(JSON.writeValueAsBytes(event)).toCompletableFuture().get(5, TimeUnit.SECONDS);
            response.status(Status.ACCEPTED_202)
                    .send("published as notification " + event.get("notificationId") + "\n");
        } catch (ExecutionException | TimeoutException failure) {
            response.status(Status.SERVICE_UNAVAILABLE_503).send("the broker did not take it; try again\n");
        }
    }

    private static void fill(ObjectNode event) {
        Instant now = Instant.now();
        if (!event.has("messageId")) {
            event.put("messageId", UUID.randomUUID().toString());
        }
        if (!event.has("eventType")) {
            event.put("eventType", "notification.subscription");
        }
        if (!event.has("notificationId")) {
            event.put("notificationId", now.toEpochMilli());
        }
        if (!event.has("sentAt")) {
            event.put("sentAt", now.toString());
        }
    }
}
