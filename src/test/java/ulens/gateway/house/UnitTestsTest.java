package ulens.gateway.house;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The list of fast tests ({@code src/test/unit-tests.txt}) names existing tests only. */
class UnitTestsTest {
    @Test
    void everyTestOfTheListExists() throws IOException {
        List<String> listed = Files.readAllLines(Path.of("src/test/unit-tests.txt")).stream()
                .filter(line -> !line.startsWith("#")).toList();
        assertThat(listed).hasSizeGreaterThan(40)
                .allSatisfy(test -> assertThat(Path.of("src/test/java", test)).isRegularFile());
    }
}
