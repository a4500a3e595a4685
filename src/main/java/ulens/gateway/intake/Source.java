package ulens.gateway.intake;

/** Where messages come from, and can be given back to. */
public interface Source {
    /** Gives back everything that is not settled, and takes nothing more for now. */
    void giveBack();

    /** Takes messages again. */
    void takeAgain();
}
