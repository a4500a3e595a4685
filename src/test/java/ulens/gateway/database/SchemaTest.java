package ulens.gateway.database;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Statements are written without a schema and run with one. */
public class SchemaTest {
    /** {@return the tables that statements get a schema for} */
    public static List<String> tables() {
        return Schema.TABLES;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "select 1 from inbox where user_id = ? | select 1 from \"s\".inbox where user_id = ?",
            "insert into outbox (id) values (1) | insert into \"s\".outbox (id) values (1)",
            "update delivery d set read_at = ? | update \"s\".delivery d set read_at = ?",
            "delete from node n | delete from \"s\".node n",
            "join client_session s on | join \"s\".client_session s on",
            "delete from delivery d using inbox i | delete from \"s\".delivery d using \"s\".inbox i",
            "FROM  Inbox | FROM  \"s\".Inbox",
            "on conflict (user_id) do update set last_seq = inbox.last_seq + 1 | on conflict (user_id) do update set last_seq = inbox.last_seq + 1",
            "select 1 for update of inbox skip locked | select 1 for update of inbox skip locked",
            "extract(epoch from sent_at) | extract(epoch from sent_at)", "from nodes | from nodes",
            "from inbox_copy | from inbox_copy",
            "from generation_now now left join inbox i | from \"s\".generation_now now left join \"s\".inbox i",
            "select {schema}.begin_generation(?) | select \"s\".begin_generation(?)" })
    void tablesAreNamedWithTheirSchemaAndNothingElseIsChanged(String written, String run) {
        assertThat(new Schema("s").qualify(written)).isEqualTo(run);
    }

    @ParameterizedTest
    @CsvSource({ "S p,'\"S p\"'", "a\"b,'\"a\"\"b\"'" })
    void aNameIsQuoted(String name, String quoted) {
        assertThat(new Schema(name).qualify("from inbox")).isEqualTo("from " + quoted + ".inbox");
    }
}
