package ulens.gateway.rabbitmq.connection;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ulens.gateway.rabbitmq.BrokerSandbox;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BrokerAddressTest {

    @ParameterizedTest
    @CsvSource({ "amqp://u:secret@host:1234/v, host:1234/v", "amqp://u:secret@host, host:5672/",
            "amqp://u:secret@host/, host:5672/", "amqps://u:secret@host, host:5671/",
            "amqps://u:secret@host:99/v?heartbeat=5, host:99/v", "amqp://u:secret@[::1]:7/%2fv, [::1]:7/v" })
    void textFormHasHostPortAndVirtualHostOnly(String uri, String text) {
        assertThat(BrokerAddress.parse(uri)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "secret", "http://u:secret@host", "amqp://u:secret@ho st", "amqp://u:secret",
            "amqp://u:secret%@host", "amqp://" })
    void invalidUriIsRefusedWithoutRepeatingIt(String uri) {
        assertThatThrownBy(() -> BrokerAddress.parse(uri)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("AMQP URI").hasMessageNotContaining("secret").hasNoCause();
    }

    @Test
    void theNextMemberOfAClusterIsTriedWhereOneDoesNotAnswerAndTheOneThatDidIsAskedFirst() throws Exception {
        try (BrokerSandbox _ = BrokerSandbox.open()) {
            BrokerAddress address = BrokerAddress.parse(List.of("amqp://guest:guest@127.0.0.1:1",
                    "amqp://guest:guest@no_such_host.invalid", BrokerSandbox.url()));
            for (int i = 0; i < 2; i++) {
                address.connect("test").close();
            }
            assertThatThrownBy(() -> BrokerAddress
                    .parse(List.of("amqp://guest:guest@127.0.0.1:1", "amqp://guest:guest@127.0.0.1:2")).connect("test"))
                            .isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void refusedLoginIsReportedWithoutThePassword() throws Exception {
        try (BrokerSandbox broker = BrokerSandbox.open()) {
            BrokerAddress address = BrokerAddress
                    .parse("amqp://nobody:secret-word@" + broker.host() + ":" + broker.port());
            assertThatThrownBy(() -> address.connect("test"))
                    .satisfies(e -> assertThat(Failures.inWords(e)).isNotBlank().doesNotContain("secret-word"));
        }
    }
}
