package ulens.gateway.dev;

import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.testing.junit5.DirectClient;
import io.helidon.webserver.testing.junit5.RoutingTest;
import io.helidon.webserver.testing.junit5.SetUpRoute;
import io.helidon.webclient.http1.Http1ClientResponse;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a newcomer posts is published: completed where it is incomplete, refused with a reason where it is no object.
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
        }));
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
    void aBrokerThatDoesNotTakeItIsSaid() {
        assertThat(post("{\"message\":\"" + REFUSED + "\"}")).isEqualTo(Status.SERVICE_UNAVAILABLE_503);
    }

    private Status post(String body) {
        try (Http1ClientResponse response = client.post("/dev/notifications").submit(body)) {
            return response.status();
        }
    }
}
