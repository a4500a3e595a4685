package ulens.gateway;

import io.helidon.config.Config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads knobs by name and collects every problem instead of stopping at the first. A knob {@code delivery.page-size} is
 * the environment variable {@code DELIVERY_PAGE_SIZE}; the environment wins over the file. An empty value counts as not
 * set.
 */
final class Knobs {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)");

    private final Config file;
    private final Map<String, String> environment;
    private final Set<String> known = new HashSet<>();
    private final List<String> problems = new ArrayList<>();

    Knobs(Config file, Map<String, String> environment) {
        this.file = file;
        this.environment = environment;
    }

    static String environmentName(String knob) {
        return knob.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    Optional<String> text(String knob) {
        return asItIs(knob).map(String::strip);
    }

    /** With the blanks around it; empty if there is nothing else. */
    Optional<String> asItIs(String knob) {
        known.add(knob);
        return Optional.ofNullable(environment.get(environmentName(knob))).filter(value -> !value.isBlank())
                .or(() -> file.get(knob).asString().asOptional().filter(value -> !value.isBlank()));
    }

    int integer(String knob, int fallback, int least, int most) {
        return parsed(knob, fallback, "a whole number from " + least + " to " + most, value -> {
            int number = Integer.parseInt(value);
            return number >= least && number <= most ? number : null;
        });
    }

    boolean yesOrNo(String knob, boolean fallback) {
        return parsed(knob, fallback, "true or false", value -> switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        });
    }

    <T> T choice(String knob, T fallback, Map<String, T> choices) {
        return parsed(knob, fallback, "one of " + choices.keySet().stream().sorted().toList(),
                value -> choices.get(value.toLowerCase(Locale.ROOT)));
    }

    Duration duration(String knob, Duration fallback, Duration least, Duration most) {
        return parsed(knob, fallback,
                "a duration like 200ms, 25s, 5m or 24h, from " + shown(least) + " to " + shown(most), value -> {
                    Duration duration = duration(value);
                    return duration != null && duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0
                            ? duration
                            : null;
                });
    }

    Set<String> list(String knob, Set<String> fallback) {
        return text(knob).map(value -> Pattern.compile(",").splitAsStream(value).map(String::strip)
                .filter(item -> !item.isEmpty()).collect(Collectors.toUnmodifiableSet())).orElse(fallback);
    }

    /** Parses a knob whose value is secret: the value is never shown in the problem. */
    <T> Optional<T> secret(String knob, String expected, Function<String, T> parser) {
        return text(knob).flatMap(value -> {
            Optional<T> result = attempt(value, parser);
            if (result.isEmpty()) {
                problem(environmentName(knob) + " is not usable; expected " + expected);
            }
            return result;
        });
    }

    void problem(String text) {
        problems.add(text);
    }

    /** All problems found so far, among them the knobs in the file that nobody knows. */
    List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        file.asMap().orElse(Map.of()).keySet().stream().filter(key -> !known.contains(key)).sorted().forEach(
                key -> all.add(key + " in application.yaml is not a knob of the gateway; remove or correct it"));
        return all;
    }

    <T> T parsed(String knob, T fallback, String expected, Function<String, T> parser) {
        Optional<String> value = text(knob);
        if (value.isEmpty()) {
            return fallback;
        }
        Optional<T> result = attempt(value.get(), parser);
        if (result.isEmpty()) {
            problem(environmentName(knob) + " is '" + value.get() + "'; expected " + expected);
        }
        return result.orElse(fallback);
    }

    private static <T> Optional<T> attempt(String value, Function<String, T> parser) {
        try {
            return Optional.ofNullable(parser.apply(value));
        } catch (IllegalArgumentException | ArithmeticException _) {
            return Optional.empty();
        }
    }

    private static Duration duration(String value) {
        if (value.equals("0")) {
            return Duration.ZERO;
        }
        Matcher matcher = DURATION.matcher(value.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return null;
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private static String shown(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 != 0 ? millis + "ms"
                : millis % 3_600_000 == 0 && millis > 0 ? millis / 3_600_000 + "h" : millis / 1000 + "s";
    }
}
