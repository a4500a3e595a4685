package ulens.gateway.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ServerConnectionException;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The connection that Helidon gets: it reads through {@link RequestInput}, and writes under a deadline. */
final class GuardedContext extends DelegatingContext {
    private static final int LONGEST_ANSWER_HEAD = 1024;

    private final DataReader reader;
    private final DataWriter writer;

    GuardedContext(ConnectionContext helidon, Guard guard, RequestInput input) {
        super(helidon);
        this.reader = new DataReader(input);
        this.writer = new Writer(helidon.dataWriter(), guard, input);
    }

    /** Helidon writes without a time limit: a peer that reads nothing would hold its connection for ever. */
    private record Writer(DataWriter helidon, Guard guard, RequestInput input) implements DataWriter {
        @Override
        public void write(BufferData... buffers) {
            write(BufferData.create(buffers));
        }

        @Override
        public void write(BufferData buffer) {
            write(buffer, helidon::write);
        }

        @Override
        public void writeNow(BufferData... buffers) {
            writeNow(BufferData.create(buffers));
        }

        @Override
        public void writeNow(BufferData buffer) {
            write(buffer, helidon::writeNow);
        }

        private void write(BufferData part, Consumer<BufferData> out) {
            if (guard.isUpgraded()) {
                out.accept(part);
                return;
            }
            // Helidon would answer a request that it can't read, and log it with a stack trace
            guard.checkWhole();
            if (guard.beginsAnswer() && (input.last() || saysClose(part))) {
                guard.endAfterThisRequest();
            }
            guard.deadlineOfAnswer();
            try {
                OldAnswer old = input.oldAnswer();
                out.accept(old == null ? part : BufferData.create(old.of(part.readBytes())));
            } catch (UncheckedIOException e) {
                // Helidon does not log this exception
                throw new ServerConnectionException("answer not written", e);
            } finally {
                guard.noDeadline();
            }
        }

        private static boolean saysClose(BufferData part) {
            byte[] bytes = new byte[Math.min(part.available(), LONGEST_ANSWER_HEAD)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) part.get(i);
            }
            String head = new String(bytes, StandardCharsets.ISO_8859_1);
            int close = head.indexOf("\r\nConnection: close\r\n");
            int end = head.indexOf("\r\n\r\n");
            return close >= 0 && (end < 0 || close <= end);
        }
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public DataWriter dataWriter() {
        return writer;
    }
}
