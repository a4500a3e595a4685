package ulens.gateway.stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Each row is asked about once after it was pushed, and what is proved is told once, in ranges that touch. */
class ProofProgressTest {
    @Test
    void nothingIsAskedAboutBeforeARowIsPushed() {
        assertThat(new ProofProgress(-1).ask()).isEmpty();
    }

    @Test
    void whatIsPushedIsAskedAboutOnceAndMoreOfItAgain() {
        ProofProgress progress = new ProofProgress(-1);
        progress.pushed(4, 6);
        assertThat(progress.ask()).contains(6L);
        assertThat(progress.ask()).isEmpty();
        progress.pushed(7, 7);
        assertThat(progress.ask()).contains(7L);
    }

    @Test
    void theFirstProofBeginsBeforeTheFirstRow() {
        ProofProgress progress = new ProofProgress(-1);
        progress.pushed(4, 6);
        progress.pushed(7, 9);
        assertThat(progress.proved(8)).contains(3L);
        assertThat(progress.proved(9)).contains(8L);
    }

    @Test
    void whatTheClientHadBeforeIsNotProvedAgain() {
        ProofProgress progress = new ProofProgress(5);
        progress.pushed(6, 8);
        assertThat(progress.proved(5)).isEmpty();
        assertThat(progress.proved(8)).contains(5L);
    }

    @Test
    void anEarlierProofThatComesLateSaysNothingNew() {
        ProofProgress progress = new ProofProgress(-1);
        progress.pushed(1, 9);
        progress.proved(7);
        assertThat(progress.proved(7)).isEmpty();
        assertThat(progress.proved(6)).isEmpty();
    }
}
