package ulens.gateway.documents;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.Return;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import ulens.gateway.fixture.GatewayTest;
import ulens.gateway.fixture.OpsPage;
import ulens.gateway.fixture.TestBroker;
import ulens.gateway.fixture.TestClient;
import ulens.gateway.fixture.TestGateway;
import ulens.gateway.fixture.TestServices;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Makes each mistake of docs/producers.md once; the producer sees the documented result. */
@GatewayTest
class ProducerMistakesTest {
    private static final String GOOD = "{\"userId\":\"u-1\",\"notificationId\":42,\"message\":\"m\"}";
    private static TestGateway gateway;

    static Stream<Arguments> deadLetters() {
        return Stream.of(Arguments.of(2, utf8("\"" + GOOD.replace("\"", "\\\"") + "\"")),
                Arguments.of(3, utf8("{\"pattern\":\"notification.subscription\",\"data\":" + GOOD + "}")),
                Arguments.of(4, utf8(GOOD.replace('"', '\''))),
                Arguments.of(5, utf8(GOOD.replace("42", "\"" + UUID.randomUUID() + "\""))),
                Arguments.of(6, utf8(GOOD.replace("\"m\"", "{\"title\":\"t\",\"body\":\"b\"}"))),
                Arguments.of(7, utf8(GOOD.replace("\"u-1\"", "null"))),
                Arguments.of(8, GOOD.getBytes(StandardCharsets.UTF_16LE)), Arguments.of(8, zipped(GOOD)),
                Arguments.of(9, utf8(GOOD.replace("\"m\"",
                        "\"m\",\"metadata\":\"" + "A".repeat(300_000 - GOOD.length() - 14) + "\""))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("deadLetters")
    void theReasonInTheDeadLetterIsTheDocumentedOne(int mistake, byte[] body) {
        gateway.broker().publish(body, Map.of());
        GetResponse dead = gateway.broker().deadLetter();
        assertThat(documented(mistake)).isEqualTo(dead.getProps().getHeaders().get("x-error").toString());
        assertThat(dead.getBody()).isEqualTo(body);
    }

    @Test
    void whatNobodyIsBoundForComesBackIfItIsMandatory() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(TestServices.broker());
        try (Connection connection = factory.newConnection("test");
                Channel channel = connection.createChannel()) {
            CompletableFuture<Return> returned = new CompletableFuture<>();
            channel.addReturnListener(returned::complete);
            channel.basicPublish("app.events", "notification.subscriptions", true,
                    TestBroker.properties(Map.of()).build(), utf8(GOOD));
            assertThat(documented(1))
                    .isEqualTo("" + returned.get(TestClient.PATIENCE.toSeconds(), TimeUnit.SECONDS).getReplyCode());
        }
        assertThat(gateway.broker().count(gateway.broker().deadQueue())).isZero();
    }

    @Test
    void anIdThatIsUsedAgainMakesNoSecondRow() {
        String user = "user-" + UUID.randomUUID();
        double before = OpsPage.metric(gateway.opsPort(), "gateway_messages_duplicate_total");
        gateway.broker().publish(user, 1, 1);
        gateway.broker().publish(TestBroker.notification(user, 1).replace("Message 1", "Another text"));
        await().atMost(TestClient.PATIENCE)
                .until(() -> OpsPage.metric(gateway.opsPort(), "gateway_messages_duplicate_total") == before + 1);
        assertThat(gateway.database().column("select message from delivery where user_id = ?", user))
                .isEqualTo(List.of("Message 1"));
        assertThat(gateway.broker().count(gateway.broker().deadQueue())).isZero();
        assertThat(documented(10)).isEqualTo("gateway_messages_duplicate_total");
    }

    /** {@return the code in the last column of the document's table of mistakes} */
    private static String documented(int mistake) {
        try {
            Matcher line = Pattern.compile("(?m)^\\| " + mistake + " \\|.*\\|[^|`]*`([^|`]*)`[^|]*\\|$")
                    .matcher(Files.readString(Path.of("docs", "producers.md")));
            assertThat(line.find()).as("mistake " + mistake).isTrue();
            return line.group(1);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] zipped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(utf8(text));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return bytes.toByteArray();
    }
}
