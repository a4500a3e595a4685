package ulens.gateway.config;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** URLs that other clients take are taken; of one that can't be used the wrong part is named, and nothing repeated. */
class UrlTest {
    private static final String USER = "user=u, password=";

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", quoteCharacter = '`', emptyValue = "", value = {
            "postgresql://u:p@h/db -> //h:5432/db -> user=u, password=p",
            "postgres://u:p@h:6543/db -> //h:6543/db -> user=u, password=p",
            "POSTGRESQL://u:p@h/db -> //h:5432/db -> user=u, password=p",
            "postgresql://u:p@my_db_host/db -> //my_db_host:5432/db -> user=u, password=p",
            "postgresql://h/db -> //h:5432/db -> ``", "postgresql://u@h/db -> //h:5432/db -> user=u",
            "postgresql://u:a^b|c{d}e@h/db -> //h:5432/db -> user=u, password=a^b|c{d}e",
            "postgresql://u:a@b@h/db -> //h:5432/db -> user=u, password=a@b",
            "postgresql://u:a:b#c&d=e+f g\"<>\\`@h/db -> //h:5432/db -> user=u, password=a:b#c&d=e+f g\"<>\\`",
            "postgresql://u:%2F%3F%40%25%2B@h/db -> //h:5432/db -> user=u, password=/?@%+",
            "postgresql://u:100%@h/db -> //h:5432/db -> user=u, password=100%",
            "postgresql://u:%zz%4@h/db -> //h:5432/db -> user=u, password=%zz%4",
            "postgresql://us%40er:pä%C3%A4@h/db -> //h:5432/db -> user=us@er, password=pää",
            "postgresql://u:p@h/my%20db+x -> //h:5432/my%20db%2Bx -> user=u, password=p",
            "postgresql://u:p@[::1]/db -> //[::1]:5432/db -> user=u, password=p",
            "postgresql://u:p@[2001:db8::1]:6543/db -> //[2001:db8::1]:6543/db -> user=u, password=p",
            "postgresql://u:p@a:1,b,[::1]:3/db -> //a:1,b:5432,[::1]:3/db -> user=u, password=p, targetServerType=primary, hostRecheckSeconds=1",
            "postgresql://u:p@a,b/db?target_session_attrs=read-write -> //a:5432,b:5432/db -> user=u, password=p, targetServerType=primary, hostRecheckSeconds=1",
            "postgresql://u:p@a,b/db?target_session_attrs=any -> //a:5432,b:5432/db -> user=u, password=p, targetServerType=any, hostRecheckSeconds=1",
            "postgresql://u:p@a,b/db?targetServerType=preferPrimary&loadBalanceHosts=true -> //a:5432,b:5432/db -> user=u, password=p, targetServerType=preferPrimary, loadBalanceHosts=true, hostRecheckSeconds=1",
            "postgresql:///db?host=a,b&port=1,2&user=u -> //a:1,b:2/db -> user=u, targetServerType=primary, hostRecheckSeconds=1",
            "postgresql://h?dbname=db -> //h:5432/db -> ``",
            "postgresql://h/db?sslmode=verify-full&sslrootcert=/ca.pem -> //h:5432/db -> sslmode=verify-full, sslrootcert=/ca.pem",
            "postgresql://h/db?sslmode=no-verify -> //h:5432/db -> sslmode=require",
            "postgresql://h/db?ssl=true -> //h:5432/db -> sslmode=verify-full",
            "postgresql://h/db?ssl=0 -> //h:5432/db -> sslmode=disable",
            "postgresql://h/db?sslrootcert=system&sslmode=verify-full -> //h:5432/db -> sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory, sslmode=verify-full",
            "postgresql://h/db?application_name=x&connect_timeout=3&keepalives=1&connection_limit=5 -> //h:5432/db -> ApplicationName=x, connectTimeout=3",
            "postgresql://h/db?pgbouncer=true -> //h:5432/db -> prepareThreshold=0",
            "jdbc:postgresql://h/db?user=u&password=p%26q&sslmode=REQUIRE -> //h:5432/db -> user=u, password=p&q, sslmode=require",
            "jdbc:postgresql://a:1,b:2/db?targetServerType=any -> //a:1,b:2/db -> targetServerType=any, hostRecheckSeconds=1",
            "jdbc:postgresql:db -> //localhost:5432/db -> ``" })
    void databaseUrlsAreReadAsOtherClientsReadThem(String url, String place, String properties) {
        DatabaseUrl read = DatabaseUrl.parse(url);
        assertThat(read.jdbcUrl()).isEqualTo("jdbc:postgresql:" + place);
        assertThat(new TreeMap<>(read.properties())).isEqualTo(new TreeMap<>(map(properties)));
        assertThat(read.toString()).doesNotContain("password");
    }

    private static Map<String, String> map(String text) {
        Map<String, String> map = new TreeMap<>();
        for (String entry : text.isEmpty() ? new String[0] : text.split(", ")) {
            map.put(entry.substring(0, entry.indexOf('=')), entry.substring(entry.indexOf('=') + 1));
        }
        return map;
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", value = { "hunter2 -> it has no scheme followed by ://",
            "mysql://u:hunter2@h/db -> the scheme is not postgresql, postgres or jdbc:postgresql",
            "jdbc:mysql://u:hunter2@h/db -> it is a JDBC URL of another database",
            "jdbc:postgresql://u:hunter2@h/db -> in a JDBC URL user and password are parameters",
            "postgresql://u:hunter2@/db -> the host is missing",
            "postgresql://u:hunter2@:5432/db -> a host name is missing",
            "postgresql://u:hunter2@a,,b/db -> a host name is missing",
            "postgresql://u:hunter2@h -> the database is missing",
            "postgresql://u:hunter2@h/ -> the database is missing",
            "postgresql://u:hunter2@h:port/db -> the port is not a number from 1 to 65535",
            "postgresql://u:hunter2@h:70000/db -> the port is not a number from 1 to 65535",
            "postgresql://u:hunter2@h:0/db -> the port is not a number from 1 to 65535",
            "postgresql://u:hunter2@::1/db -> expected an IPv6 address in brackets",
            "postgresql://u:hunter2@h ost/db -> the host is not a name or address",
            "postgresql://u:hunter2/x@h/db -> in a password / ? and @ are written %2F %3F %40",
            "postgresql://u:hunter2?x@h/db -> in a password / ? and @ are written %2F %3F %40",
            "postgresql://u:hunter2@%2Fvar%2Frun/db -> sockets of the file system are not supported",
            "postgresql:///db?host=/var/run&password=hunter2 -> sockets of the file system are not supported",
            "postgresql:///db?host=a,b,c&port=1,2&password=hunter2 -> host and port name different numbers of servers",
            "postgresql://u:hunter2@h/db?schema=app -> schema= is Prisma's; set env variable DATABASE_SCHEMA",
            "postgresql://u:hunter2@h/db?sslmode=on -> sslmode is unknown; expected one of disable, allow",
            "postgresql://u:hunter2@h/db?ssl=maybe -> ssl is unknown; expected true, false or no-verify",
            "postgresql://u:hunter2@h/db?ssl_mode=require -> parameter ssl_mode is unknown; remove or correct it",
            "postgresql://u:hunter2@h/db?target_session_attrs=standby -> target_session_attrs is not read-write, primary or any",
            "jdbc:postgresql://h/db?password=hunter2&targetServerType=secondary -> targetServerType asks for a server that can only read",
            "jdbc:postgresql://h/db?password=hunter2&sslmod=require -> parameter sslmod is unknown",
            "postgresql://u:hunter2@h/db?connect_timeout=soon -> connect_timeout is not a number",
            "postgresql://u:hunter2@h/db?currentSchema=a%20b -> currentSchema is not the name of a schema",
            "postgresql://u:hunter2@h/db?currentSchema=, -> currentSchema is not the name of a schema",
            "postgresql://u:hunter2@h/db?=x -> what follows the ? is not name=value" })
    void ofADatabaseUrlThatCannotBeUsedThePartIsNamed(String url, String problem) {
        assertThatThrownBy(() -> DatabaseUrl.parse(url)).isInstanceOf(UnusableUrlException.class)
                .hasMessageContaining(problem).hasMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", quoteCharacter = '`', value = { "amqp://h -> amqp://h:5672",
            "amqps://h -> amqps://h:5671", "AMQP://u:p@h:1/v -> amqp://u:p@h:1/v", "amqp://u:p@h/ -> amqp://u:p@h:5672",
            "amqp://u:p@rabbit_mq/v -> amqp://u:p@rabbit_mq:5672/v",
            "amqp://u:a^b|{c}@d@h/v -> amqp://u:a%5Eb%7C%7Bc%7D%40d@h:5672/v",
            "amqp://u:p@h/%2F -> amqp://u:p@h:5672/%2F", "amqp://u:p@[::1]:7/v -> amqp://u:p@[::1]:7/v",
            "amqp://u:p@a:1,b,c:3/v?heartbeat=5 -> amqp://u:p@a:1/v?heartbeat=5 amqp://u:p@b:5672/v?heartbeat=5 amqp://u:p@c:3/v?heartbeat=5",
            "amqp://u:p@a/v, amqps://x:y@b/w -> amqp://u:p@a:5672/v amqps://x:y@b:5671/w" })
    void brokerUrlsAreReadAsOtherClientsReadThemAndMayNameSeveralBrokers(String url, String uris) {
        assertThat(String.join(" ", BrokerUrls.parse(url))).isEqualTo(uris);
        // and the connector takes each of them
        ulens.gateway.rabbitmq.RabbitMqConnector.builder().uris(BrokerUrls.parse(url)).build();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", value = { "hunter2 -> it has no scheme followed by ://",
            "http://u:hunter2@h -> the scheme is not amqp or amqps", "amqp://u:hunter2@ -> the host is missing",
            "amqp://u:hunter2@h:x -> the port is not a number",
            "amqp://u:hunter2@h/a/b -> the virtual host has a slash",
            "amqp://u:hunter2@a,amqp://u:hunter2@ -> the host is missing",
            "amqp://u:hunter2@h?heartbeat=x -> heartbeat is not a number",
            "amqp://u:hunter2/x@h -> in a password / ? and @ are written %2F %3F %40" })
    void ofABrokerUrlThatCannotBeUsedThePartIsNamed(String url, String problem) {
        assertThatThrownBy(() -> BrokerUrls.parse(url)).isInstanceOf(UnusableUrlException.class)
                .hasMessageContaining(problem).hasMessageNotContaining("hunter2");
    }
}
