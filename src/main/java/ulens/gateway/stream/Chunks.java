package ulens.gateway.stream;

import java.util.ArrayList;
import java.util.List;

/** Rows of one user that are handed to a socket together: one write instead of one for each. */
final class Chunks {
    private static final int CHARACTERS = 32 * 1024;

    private Chunks() {
    }

    /**
     * {@return the rows in the same order, in lists of at most {@value #CHARACTERS} characters, envelopes estimated, or
     * of one row}
     */
    static List<List<Delivery>> of(List<Delivery> rows) {
        List<List<Delivery>> chunks = new ArrayList<>(1);
        int begin = 0;
        long characters = 0;
        for (int i = 0; i < rows.size(); i++) {
            characters += rows.get(i).characters();
            if (characters > CHARACTERS && i > begin) {
                chunks.add(rows.subList(begin, i));
                begin = i;
                characters = rows.get(i).characters();
            }
        }
        if (begin < rows.size()) {
            chunks.add(rows.subList(begin, rows.size()));
        }
        return chunks;
    }
}
