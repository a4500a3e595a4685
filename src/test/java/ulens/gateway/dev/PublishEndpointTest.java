package ulens.gateway.dev;

import io.helidon.common.media.type.MediaType;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.http.Status;
import io.helidon.webclient.http1.Http1ClientResponse;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.testing.junit5.DirectClient;
import io.helidon.webserver.testing.junit5.RoutingTest;
import io.helidon.webserver.testing.junit5.SetUpRoute;
import org.junit.jupiter.api.Test;
import ulens.gateway.intake.event.EventCheck;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a newcomer posts is published: completed where it is incomplete, refused with a reason where it is no object or
 * could never be stored.
 */
@RoutingTest
class PublishEndpointTest {
    private static final Queue<String> PUBLISHED = new ConcurrentLinkedQueue<>();
    private static final String REFUSED = "the broker is away";

    private final DirectClient client;

    PublishEndpointTest(DirectClient client) {
        this.client = client;
    }

    @SetUpRoute
    static void routing(HttpRouting.Builder routing) {
        routing.post("/dev/notifications", new PublishEndpoint(body -> {
            String text = new String(body, StandardCharsets.UTF_8);
            PUBLISHED.add(text);
            return text.contains(REFUSED) ? CompletableFuture.failedFuture(new IllegalStateException(REFUSED))
                    : CompletableFuture.completedFuture(null);
        }, new EventCheck(1_000)::refusal));
    }

    @Test
    void whatIsLeftOutIsFilledIn() {
        assertThat(post("{\"userId\":\"u-filled\",\"message\":\"m\"}")).isEqualTo(Status.ACCEPTED_202);
        assertThat(PUBLISHED).anyMatch(body -> body.contains("u-filled") && body.contains("\"notificationId\":")
                && body.contains("\"messageId\":\"") && body.contains("\"sentAt\":\"")
                && body.contains("\"eventType\":\"notification.subscription\""));
    }

    @Test
    void whatIsNoObjectIsRefused() {
        assertThat(post("nonsense")).isEqualTo(Status.BAD_REQUEST_400);
        assertThat(post("[1]")).isEqualTo(Status.BAD_REQUEST_400);
        assertThat(PUBLISHED).doesNotContain("nonsense", "[1]");
    }

    @Test
    void whatWouldBeADeadLetterIsRefusedWithItsReason() {
        assertThat(refusal("{\"userId\":\"u-dead\"}")).endsWith(": message is missing\n");
        assertThat(refusal("{\"message\":\"u-dead\"}")).endsWith(": userId is missing\n");
        assertThat(refusal("{\"userId\":\"u-dead\",\"message\":\"m\",\"notificationId\":\"one\"}"))
                .endsWith(": notificationId is not an integer\n");
        assertThat(refusal("{\"userId\":\"u-dead\",\"message\":\"" + "x".repeat(1_000) + "\"}"))
                .contains("over the limit of 1000");
        assertThat(PUBLISHED).noneMatch(body -> body.contains("u-dead"));
    }

    private String refusal(String body) {
        try (Http1ClientResponse response = client.post("/dev/notifications").contentType(MediaTypes.APPLICATION_JSON)
                .submit(body)) {
            assertThat(response.status()).isEqualTo(Status.BAD_REQUEST_400);
            return response.as(String.class);
        }
    }

    @Test
    void aBrokerThatDoesNotTakeItIsSaid() {
        assertThat(post("{\"userId\":\"u\",\"message\":\"" + REFUSED + "\"}"))
                .isEqualTo(Status.SERVICE_UNAVAILABLE_503);
    }

    @Test
    void whatIsNotSaidToBeJsonIsRefusedSinceAnyPageCouldSendIt() {
        for (MediaType type : List.of(MediaTypes.TEXT_PLAIN, MediaTypes.APPLICATION_FORM_URLENCODED)) {
            assertThat(post("{\"userId\":\"u-plain\",\"message\":\"m\"}", type))
                    .isEqualTo(Status.UNSUPPORTED_MEDIA_TYPE_415);
        }
        assertThat(PUBLISHED).noneMatch(body -> body.contains("u-plain"));
    }

    private Status post(String body) {
        return post(body, MediaTypes.APPLICATION_JSON);
    }

    private Status post(String body, MediaType type) {
        try (Http1ClientResponse response = client.post("/dev/notifications").contentType(type).submit(body)) {
            return response.status();
        }
    }
}
