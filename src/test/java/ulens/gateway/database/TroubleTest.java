package ulens.gateway.database;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ulens.gateway.config.DatabaseConfig;
import ulens.gateway.config.DatabaseUrl;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What can mend itself is waited for, what can't is not, and the reason is said in the words of whoever refuses. */
class TroubleTest {
    private static Trouble trouble(DatabaseUrl url) {
        try (Connection connection = ConnectionFactory.of(url, new DatabaseConfig(Optional.of(url), 2,
                Duration.ofSeconds(5), Duration.ofMillis(250), false, Optional.empty(), DatabaseConfig.Bouncer.OFF))
                .getConnection()) {
            throw new AssertionError("connected: " + connection);
        } catch (SQLException failure) {
            return Trouble.of(failure);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "28P01 | password authentication failed for user \"gateway\" | true",
            "28000 | no pg_hba.conf entry for host \"10.0.0.1\", user \"gateway\", database \"ulens\", no encryption | true",
            "3D000 | database \"ulens\" does not exist | true",
            "42501 | permission denied for database \"ulens\" | true",
            "42704 | unrecognized configuration parameter \"x\" | true", "22023 | invalid value for parameter | true",
            "08P01 | unsupported startup parameter: options | true", "08P01 | no such database: ulens | true",
            "08P01 | SSL required | true", "08P01 | no more connections allowed (max_client_conn) | false",
            "08P01 | server login failed: wrong | false", "53300 | sorry, too many clients already | false",
            "57P03 | the database system is starting up | false",
            "57P03 | the database system is shutting down | false",
            "57P01 | terminating connection due to administrator command | false", "53200 | out of memory | false",
            "58000 | could not open file | false", "XX000 | internal error | false" })
    void whatTheServerSaysDecides(String state, String message, boolean lasting) throws Exception {
        try (FakePostgres server = new FakePostgres(state, message)) {
            Trouble trouble = trouble(DatabaseUrl.parse(server.url()));
            assertThat(trouble.reason()).contains(message).doesNotContain("hunter2");
            assertThat(trouble.lasting()).as(message).isEqualTo(lasting);
        }
    }

    @Test
    void noTlsWhereItIsAskedForStaysSo() throws Exception {
        try (FakePostgres server = new FakePostgres("57P03", "starting up")) {
            Trouble trouble = trouble(DatabaseUrl.parse(server.url() + "?sslmode=require"));
            assertThat(trouble).isEqualTo(new Trouble(true, "The server does not support SSL."));
        }
    }

    @Test
    void nobodyThereAndNoSuchHostMayChange() {
        Trouble refused = trouble(DatabaseUrl.parse("postgresql://u:hunter2@127.0.0.1:1/db"));
        assertThat(refused.lasting()).isFalse();
        assertThat(refused.reason()).contains("Connection refused");
        Trouble unknown = trouble(DatabaseUrl.parse("postgresql://u:hunter2@no-such-host.invalid/db"));
        assertThat(unknown.lasting()).isFalse();
        assertThat(unknown.reason()).contains("UnknownHostException: no-such-host.invalid");
    }

    @Test
    void whatTheDriverCannotUseIsNotWaitedFor() {
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:postgresql://127.0.0.1:1/db?gssEncMode=nope"))
                .isInstanceOfSatisfying(SQLException.class,
                        failure -> assertThat(Trouble.of(failure).lasting()).isTrue());
    }
}
