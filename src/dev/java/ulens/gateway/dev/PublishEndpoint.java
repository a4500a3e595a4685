package ulens.gateway.dev;

import io.helidon.common.media.type.MediaTypes;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Publishes a notification through the broker, for trying the gateway. Missing fields of the body are filled in:
 * {@code messageId}, {@code eventType}, {@code notificationId} (from the clock) and {@code sentAt}. A body that would
 * become a dead letter is refused with the reason: a newcomer looks at the answer, not at a queue.
 */
public final class PublishEndpoint implements Handler {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Function<byte[], CompletionStage<Void>> publisher;
    private final Function<byte[], Optional<String>> refusal;

    /**
     * Creates the endpoint.
     *
     * @param publisher
     *            publishes a body; completes when the broker has confirmed it
     * @param refusal
     *            gives the reason why a body can never be stored, if there is one
     */
    public PublishEndpoint(Function<byte[], CompletionStage<Void>> publisher,
            Function<byte[], Optional<String>> refusal) {
        this.publisher = publisher;
        this.refusal = refusal;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) throws Exception {
        // a page of another site may post the simple types without a preflight request
        if (request.headers().contentType().filter(type -> type.test(MediaTypes.APPLICATION_JSON)).isEmpty()) {
            response.status(Status.UNSUPPORTED_MEDIA_TYPE_415).send("expected Content-Type: application/json\n");
            return;
        }
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
        byte[] filled = JSON.writeValueAsBytes(event);
        Optional<String> reason = refusal.apply(filled);
        if (reason.isPresent()) {
            response.status(Status.BAD_REQUEST_400)
                    .send("not published, it would be a dead letter: " + reason.get() + "\n");
            return;
        }
        try {
            publisher.apply(filled).toCompletableFuture().get(5, TimeUnit.SECONDS);
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
