package ulens.gateway.config;

import io.helidon.config.Config;
import org.jspecify.annotations.Nullable;
import ulens.gateway.limits.Rate;

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
 * Reads settings ("knobs") by name and collects every problem instead of stopping at the first. A knob
 * {@code delivery.page-size} is the environment variable {@code DELIVERY_PAGE_SIZE}; the environment wins over the
 * file. An empty value counts as not set.
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

    /** {@return the value with its leading and trailing blanks; empty if it is blank} */
    Optional<String> asItIs(String knob) {
        known.add(knob);
        return Optional.ofNullable(environment.get(environmentName(knob))).filter(value -> !value.isBlank())
                .or(() -> file.get(knob).asString().asOptional().filter(value -> !value.isBlank()));
    }

    /** {@return whether the variable or key is present, even with an empty value} */
    boolean isSet(String knob) {
        return environment.containsKey(environmentName(knob)) || file.get(knob).exists();
    }

    boolean hasText(String knob) {
        return text(knob).isPresent();
    }

    /** Reports a problem if the knob is not set. */
    void required(String knob, String example) {
        if (!hasText(knob)) {
            problem("Set env variable " + environmentName(knob) + ", example: " + example);
        }
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

    Rate rate(String knob, Rate fallback) {
        return parsed(knob, fallback, "a rate like '100 then 20/s' (also /m and /h), or off",
                text -> Rate.parse(text).orElse(null));
    }

    Set<String> list(String knob, Set<String> fallback) {
        return text(knob).map(value -> Pattern.compile(",").splitAsStream(value).map(String::strip)
                .filter(item -> !item.isEmpty()).collect(Collectors.toUnmodifiableSet())).orElse(fallback);
    }

    /**
     * Parses a knob whose value is secret: the problem never shows the value, but may hold the parser's own message.
     */
    <T> Optional<T> secret(String knob, String expected, Function<String, T> parser) {
        return text(knob).flatMap(value -> {
            try {
                return Optional.of(parser.apply(value));
            } catch (UnusableUrlException problem) {
                problem(environmentName(knob) + " is not usable: " + problem.getMessage() + "; expected " + expected);
                return Optional.empty();
            }
        });
    }

    void problem(String text) {
        problems.add(text);
    }

    /** {@return all problems found so far, including unknown knobs in the file} */
    List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        file.asMap().orElse(Map.of()).keySet().stream().filter(key -> !known.contains(key)).sorted().forEach(
                key -> all.add(key + " in application.yaml is not a knob of the gateway; remove or correct it"));
        return all;
    }

    <T> T parsed(String knob, T fallback, String expected, Function<String, @Nullable T> parser) {
        return optional(knob, expected, parser).orElse(fallback);
    }

    <T> Optional<T> optional(String knob, String expected, Function<String, @Nullable T> parser) {
        Optional<String> value = text(knob);
        Optional<T> result = value.flatMap(given -> attempt(given, parser));
        if (value.isPresent() && result.isEmpty()) {
            problem(environmentName(knob) + " is '" + value.get() + "'; expected " + expected);
        }
        return result;
    }

    private static <T> Optional<T> attempt(String value, Function<String, @Nullable T> parser) {
        try {
            return Optional.ofNullable(parser.apply(value));
        } catch (IllegalArgumentException | ArithmeticException _) {
            return Optional.empty();
        }
    }

    private static @Nullable Duration duration(String value) {
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

    static String shown(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 != 0 ? millis + "ms"
                : millis % 3_600_000 == 0 && millis > 0 ? millis / 3_600_000 + "h" : millis / 1000 + "s";
    }
}
