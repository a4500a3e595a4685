package ulens.gateway.engineio;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/** The cases of the Engine.IO 4 suite, against our echo. */
class EngineIoConformanceTest extends EngineIoCases {
    EngineIoConformanceTest() {
        super("/engine.io/", EngineIoEcho.start(0, Duration.ofMillis(300), Duration.ofMillis(200)),
                EngineIoEcho.start(0, Duration.ofMillis(300), LONG), EngineIoEcho.start(0, LONG, LONG));
    }

    @Override
    protected void assertWorks(Heard socket) {
        socket.say("4hello");
        assertThat(socket.next()).isEqualTo("4hello");
    }

    @ParameterizedTest(name = "message / HTTP long-polling / sends and receives a payload containing: {0}")
    @ValueSource(strings = { "4hello", "4test1\u001e4test2\u001e4test3", "4hello\u001ebAQIDBA==" })
    @DisplayName("one plain text packet; several plain text packets; plain text and binary packets")
    void echoesPayloads(String payload) {
        String sid = initLongPollingSession(quiet());
        var pushed = post(quiet(), sid, payload);
        assertThat(pushed.statusCode()).isEqualTo(200);
        assertThat(pushed.body()).isEqualTo("ok");
        var polled = poll(quiet(), sid);
        assertThat(polled.statusCode()).isEqualTo(200);
        assertThat(polled.body()).isEqualTo(payload);
    }

    @Test
    @DisplayName("message / WebSocket / sends and receives a plain text packet")
    void echoesText() {
        assertWorks(opened(quiet()));
    }

    @Test
    @DisplayName("message / WebSocket / sends and receives a binary packet")
    void echoesBytes() {
        Heard socket = opened(quiet());
        socket.say((byte) 1, (byte) 2, (byte) 3, (byte) 4);
        assertThat(socket.next()).isEqualTo(new byte[] { 1, 2, 3, 4 });
    }
}
