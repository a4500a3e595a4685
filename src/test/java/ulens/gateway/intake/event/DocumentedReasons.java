package ulens.gateway.intake.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The reasons for dead letters that docs/producers.md promises to producers. */
public final class DocumentedReasons {
    private final List<Pattern> reasons = new ArrayList<>();

    /** Reads them; numbers stand for any number, and "…" for anything. */
    public DocumentedReasons() {
        try {
            String page = Files.readString(Path.of("docs", "producers.md"));
            int begin = page.indexOf("**Dead letters.**");
            String section = page.substring(page.indexOf("\n- ", begin),
                    page.indexOf("The dead letter is the message", begin));
            Matcher quoted = Pattern.compile("`([^`]+)`").matcher(section);
            while (quoted.find()) {
                String words = Pattern.quote(quoted.group(1).replaceAll("\\s+", " "));
                reasons.add(Pattern.compile(words.replaceAll("\\d+", "\\\\E\\\\d+\\\\Q").replace("…", "\\E.+\\Q")));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Asks for one.
     *
     * @param reason
     *            header {@code x-error} of a dead letter
     *
     * @return whether the page has it
     */
    public boolean include(String reason) {
        return reasons.stream().anyMatch(one -> one.matcher(reason).matches());
    }
}
