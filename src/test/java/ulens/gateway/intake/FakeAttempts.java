package ulens.gateway.intake;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The table of attempts as a map, which outlives processes. */
final class FakeAttempts implements AttemptLog {
    private final Map<String, Entry> entries = new HashMap<>();
    private int process;
    private boolean away;

    private record Entry(int process, int attempts) {
    }

    void nextProcess() {
        process++;
    }

    void away(boolean now) {
        away = now;
    }

    int size() {
        return entries.size();
    }

    @Override
    public Set<String> enter(Collection<String> fingerprints) {
        failIfAway();
        Set<String> known = new HashSet<>();
        for (String one : fingerprints) {
            Entry entry = entries.putIfAbsent(one, new Entry(process, 1));
            if (entry != null && (entry.process() != process || entry.attempts() > 1)) {
                known.add(one);
            }
        }
        return known;
    }

    @Override
    public int tried(String fingerprint) {
        failIfAway();
        Entry entry = entries.get(fingerprint);
        entries.put(fingerprint, new Entry(process, entry.attempts() + (entry.process() == process ? 0 : 1)));
        return entries.get(fingerprint).attempts();
    }

    @Override
    public void forget(Collection<String> fingerprints) {
        failIfAway();
        entries.keySet().removeAll(fingerprints);
    }

    private void failIfAway() {
        if (away) {
            throw FakeStreams.failure("08006");
        }
    }
}
