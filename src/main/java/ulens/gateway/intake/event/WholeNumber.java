package ulens.gateway.intake.event;

import java.math.BigDecimal;

/**
 * The check whether a JSON number is an integer: {@code 42}, {@code 42.0} and {@code 4.2e1} are equal. It never writes
 * an exponent out: {@code 1e400000000} is ten characters in a body and hundreds of megabytes as digits.
 */
sealed interface WholeNumber {
    /** Most digits of an integer. No caller accepts longer ones. */
    int MOST_DIGITS = 200;
    /** Most characters of its text, which may have leading zeros and a fraction of zeros. */
    int MOST_TEXT = 1_000;

    /**
     * The number is an integer.
     *
     * @param decimal
     *            the digits, with a minus if it is negative
     */
    record Is(String decimal) implements WholeNumber {
    }

    /** The number is not a usable integer. */
    enum Not implements WholeNumber {
        /** It has a fraction. */
        FRACTION,
        /** It has more than {@value WholeNumber#MOST_DIGITS} digits. */
        TOO_LONG
    }

    /**
     * Reads a number.
     *
     * @param number
     *            a JSON number; leading zeros and a plus are accepted
     *
     * @return the result
     */
    static WholeNumber read(String number) {
        if (number.length() > MOST_TEXT) {
            return Not.TOO_LONG;
        }
        BigDecimal value;
        try {
            value = new BigDecimal(number);
        } catch (NumberFormatException _) {
            // an exponent of more than 32 bits
            return number.indexOf('-', 1) > 0 ? Not.FRACTION : Not.TOO_LONG;
        }
        if (value.signum() == 0) {
            return new Is("0");
        }
        if ((long) value.precision() - value.scale() > MOST_DIGITS) {
            return Not.TOO_LONG;
        }
        BigDecimal shortest = value.stripTrailingZeros();
        return shortest.scale() > 0 ? Not.FRACTION : new Is(shortest.toBigIntegerExact().toString());
    }
}
