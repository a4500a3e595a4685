package ulens.gateway.intake;

import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbRow;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The SQL of table {@code intake_suspect}. */
public final class SuspectTable implements AttemptLog {
    // Sorted, so that two nodes with the same messages do not deadlock.
    private static final String ENTER = """
            insert into intake_suspect (fingerprint, process)
            select decode(f, 'hex'), ? from unnest(?::text[]) as given(f) order by f
            on conflict (fingerprint) do nothing
            """;

    private static final String KNOWN = """
            select encode(fingerprint, 'hex') from intake_suspect
            where fingerprint = any(select decode(f, 'hex') from unnest(?::text[]) as given(f))
              and (process <> ? or attempts > 1)
            """;

    private static final String TRY = """
            update intake_suspect
            set attempts = attempts + case when process = ? then 0 else 1 end, process = ?
            where fingerprint = decode(?, 'hex')
            returning attempts
            """;

    private static final String FORGET = """
            delete from intake_suspect
            where fingerprint = any(select decode(f, 'hex') from unnest(?::text[]) as given(f))
               or seen_at < now() - interval '7 days'
            """;

    private final DbClient database;
    private final String process;

    /**
     * Creates access to the table.
     *
     * @param database
     *            the database
     * @param process
     *            a name for this process, different at each start
     */
    public SuspectTable(DbClient database, String process) {
        this.database = database;
        this.process = process;
    }

    @Override
    public Set<String> enter(Collection<String> fingerprints) {
        String[] all = fingerprints.toArray(String[]::new);
        Set<String> known;
        try (Stream<DbRow> rows = database.execute().createQuery(KNOWN).addParam(all).addParam(process).execute()) {
            known = rows.map(row -> row.column(1).get(String.class)).collect(Collectors.toSet());
        }
        database.execute().createDmlStatement(ENTER).addParam(process).addParam(all).execute();
        return known;
    }

    @Override
    public int tried(String fingerprint) {
        try (Stream<DbRow> rows = database.execute().createQuery(TRY).addParam(process).addParam(process)
                .addParam(fingerprint).execute()) {
            return rows.toList().stream().findFirst().map(row -> row.column(1).get(Integer.class)).orElse(1);
        }
    }

    @Override
    public void forget(Collection<String> fingerprints) {
        database.execute().createDmlStatement(FORGET).addParam(fingerprints.toArray(String[]::new)).execute();
    }
}
