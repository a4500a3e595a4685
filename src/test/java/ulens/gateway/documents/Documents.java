package ulens.gateway.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The pages that describe the project. */
final class Documents {
    private static final Path DOCS = Path.of("docs");

    private Documents() {
    }

    /** {@return all pages by their paths} */
    static SortedMap<Path, String> pages() {
        SortedMap<Path, String> pages = new TreeMap<>();
        texts(Path.of(""), 1, ".md").forEach(path -> pages.put(path, read(path)));
        texts(DOCS, Integer.MAX_VALUE, ".md").forEach(path -> pages.put(path, read(path)));
        texts(Path.of("bench"), 1, ".md").forEach(path -> pages.put(path, read(path)));
        return pages;
    }

    /** {@return a page of the folder docs} */
    static String page(String name) {
        return read(DOCS.resolve(name));
    }

    /** {@return the content of all blocks of code in this language, in order} */
    static List<String> blocks(String page, String language) {
        // a block in a list is indented
        return Pattern.compile("(?ms)^( *)```" + language + "\\n(.*?)^\\1```$").matcher(page).results()
                .map(found -> found.group(2)).toList();
    }

    /** {@return the page without its blocks of code} */
    static String prose(String page) {
        return page.replaceAll("(?ms)^( *)```.*?^\\1```$", "");
    }

    /** {@return the first group of every match} */
    static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** {@return the text of all files in these folders, including scripts and resources} */
    static String sources(String... folders) {
        return Stream.of(folders).flatMap(folder -> texts(Path.of(folder), Integer.MAX_VALUE, "").stream())
                .map(Documents::read).collect(Collectors.joining("\n"));
    }

    /** {@return the text of a file; bytes that are not text are skipped} */
    static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** {@return files below a folder, by the end of their names} */
    static List<Path> texts(Path folder, int depth, String end) {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.filter(Files::isRegularFile).filter(file -> file.toString().endsWith(end)).sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
