package ulens.gateway.stream;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Ranges of receipt are joined where they touch, and nowhere else. */
class ProofTest {
    @Test
    void rangesThatTouchOrOverlapBecomeOne() {
        assertThat(joined(proof(1, 0, 5), proof(1, 5, 9))).containsExactly(proof(1, 0, 9));
        assertThat(joined(proof(1, 3, 7), proof(1, 0, 5))).containsExactly(proof(1, 0, 7));
        assertThat(joined(proof(1, 0, 2), proof(1, 4, 6), proof(1, 2, 4))).containsExactly(proof(1, 0, 6));
    }

    @Test
    void whatLiesBetweenTwoRangesIsNotProved() {
        assertThat(joined(proof(1, 7, 9), proof(1, 0, 5))).containsExactly(proof(1, 0, 5), proof(1, 7, 9));
    }

    @Test
    void rangesOfTwoGenerationsStayApart() {
        assertThat(joined(proof(2, 0, 5), proof(1, 3, 9))).containsExactly(proof(1, 3, 9), proof(2, 0, 5));
    }

    @Test
    void thereAreNeverMoreThanTheLimit() {
        List<Proof> all = List.of();
        for (int i = 0; i < 2 * Proof.MOST_RANGES; i++) {
            all = proof(1, 3L * i, 3L * i + 1).joinedWith(all);
        }
        assertThat(all).hasSize(Proof.MOST_RANGES)
                .contains(proof(1, 6L * Proof.MOST_RANGES - 3, 6L * Proof.MOST_RANGES - 2));
    }

    @Test
    void whateverIsJoinedSaysWhatItsPartsSaidAndNoMore() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            List<Proof> all = List.of();
            Set<String> said = new TreeSet<>();
            for (int parts = 1 + random.nextInt(12); parts > 0; parts--) {
                long after = random.nextInt(30);
                Proof part = proof(1 + random.nextInt(2), after, after + 1 + random.nextInt(4));
                said.addAll(rows(part));
                all = part.joinedWith(all);
            }
            assertThat(all.stream().flatMap(proof -> rows(proof).stream())).doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(said);
        }
    }

    private static List<String> rows(Proof proof) {
        return LongStream.rangeClosed(proof.after() + 1, proof.upTo()).mapToObj(seq -> proof.generation() + "/" + seq)
                .toList();
    }

    private static List<Proof> joined(Proof... proofs) {
        List<Proof> all = List.of();
        for (Proof proof : proofs) {
            all = proof.joinedWith(all);
        }
        return all;
    }

    private static Proof proof(long generation, long after, long upTo) {
        return new Proof("user", generation, after, upTo);
    }
}
