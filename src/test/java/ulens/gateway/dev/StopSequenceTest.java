package ulens.gateway.dev;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

class StopSequenceTest {
    @Test
    void bothServersStayAtSigtermUntilTheGatewayClosesThem(@TempDir Path folder) throws Exception {
        Process child = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                System.getProperty("java.class.path"), StopSequenceChild.class.getName(), folder.toString())
                        .redirectError(folder.resolve("child.log").toFile()).start();
        try {
            BufferedReader output = child.inputReader();
            assertThat(output.readLine()).as(() -> Program.lastLines(folder.resolve("child.log"))).isEqualTo("ready");
            // through the handle: the process itself would close the pipe that is read here
            child.toHandle().destroy();
            assertThat(output.readLine()).isEqualTo("finished");
            assertThat(output.readLine()).isEqualTo("closed");
        } finally {
            child.destroyForcibly().waitFor();
        }
    }
}
