package ulens.gateway.limits;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A limit on how often something may happen: a burst, and then once more in each interval.
 *
 * @param burst
 *            how often at once; at least 1
 * @param interval
 *            nanoseconds until once more is allowed; 0: no limit
 */
public record Rate(int burst, long interval) {
    /** No limit. */
    public static final Rate UNLIMITED = new Rate(1, 0);

    private static final int MOST_BURST = 10_000_000;
    private static final int MOST_RATE = 1_000_000;
    private static final long LONGEST_FILLING = TimeUnit.DAYS.toNanos(365);
    private static final Pattern TEXT = Pattern.compile("(\\d{1,8})\\s+then\\s+(\\d{1,7})\\s*/\\s*([smh])");

    /**
     * Makes a rate of a burst and a number per second.
     *
     * @param burst
     *            how often at once; at least 1
     * @param perSecond
     *            how often per second after the burst
     *
     * @return the rate
     */
    public static Rate of(int burst, int perSecond) {
        return new Rate(burst, TimeUnit.SECONDS.toNanos(1) / perSecond);
    }

    /**
     * Reads a rate.
     *
     * @param text
     *            such as {@code 100 then 20/s}, with {@code m} for minute and {@code h} for hour; or {@code off}
     *
     * @return the rate; empty if the text is not a rate
     */
    public static Optional<Rate> parse(String text) {
        if (text.equalsIgnoreCase("off")) {
            return Optional.of(UNLIMITED);
        }
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int burst = Integer.parseInt(matcher.group(1));
        int count = Integer.parseInt(matcher.group(2));
        TimeUnit unit = switch (matcher.group(3)) {
            case "s" -> TimeUnit.SECONDS;
            case "m" -> TimeUnit.MINUTES;
            default -> TimeUnit.HOURS;
        };
        if (burst < 1 || burst > MOST_BURST || count < 1 || count > MOST_RATE) {
            return Optional.empty();
        }
        Rate rate = new Rate(burst, unit.toNanos(1) / count);
        // the time to fill a bucket must fit into a long of nanoseconds
        return (double) burst * rate.interval() <= LONGEST_FILLING ? Optional.of(rate) : Optional.empty();
    }

    boolean unlimited() {
        return interval == 0;
    }
}
