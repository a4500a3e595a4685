package ulens.gateway.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The code of a document, by the file names in the first line of each block, such as {@code // inbox.mjs}. */
record Snippets(Map<String, String> files) {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^``` *(\\w+)\\n(.*?)^```$");
    private static final Pattern NAME = Pattern.compile("\\A(?://|#) (\\S+)\\n");

    /** Reads the blocks of one language; each has a name. */
    static Snippets of(Path document, String language) {
        Map<String, String> files = new LinkedHashMap<>();
        try {
            BLOCK.matcher(Files.readString(document)).results().filter(block -> block.group(1).equals(language))
                    .forEach(block -> {
                        var name = NAME.matcher(block.group(2));
                        if (!name.find()) {
                            throw new IllegalStateException(document + " has code without a name: " + block.group(2));
                        }
                        files.put(name.group(1), block.group(2));
                    });
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return new Snippets(files);
    }

    /** Writes a block to a folder, with its addresses replaced; each of them must occur in it. */
    void write(String name, Path folder, Map<String, String> addresses) {
        String text = files.get(name);
        for (Map.Entry<String, String> address : addresses.entrySet()) {
            if (!text.contains(address.getKey())) {
                throw new IllegalStateException(name + " does not mention " + address.getKey());
            }
            text = text.replace(address.getKey(), address.getValue());
        }
        try {
            Files.writeString(folder.resolve(name), text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
