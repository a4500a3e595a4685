package ulens.gateway.rabbitmq.headers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.Consumer;

/** AMQP properties at random as bytes, most of them nearly right, written without the client library's scruples. */
public final class RandomProperties {

    public static final int CONTENT_TYPE = 0;
    /** The property that is a table. */
    public static final int HEADERS = 2;
    public static final int MESSAGE_ID = 8;
    private static final String TYPES = "StbBsuIiflDdTxFAVSSFFAAL";

    private final Random random;
    private final int oneMistakeIn;

    /**
     * Properties by a seed.
     *
     * @param random
     *            decides
     */
    public RandomProperties(Random random) {
        this(random, 25);
    }

    /**
     * Properties by a seed, with more or fewer mistakes.
     *
     * @param random
     *            decides
     * @param oneMistakeIn
     *            so many chances
     */
    public RandomProperties(Random random, int oneMistakeIn) {
        this.random = random;
        this.oneMistakeIn = oneMistakeIn;
    }

    /**
     * A whole content header frame.
     *
     * @return its payload, for a body of 5 bytes
     */
    public byte[] frame() {
        return new Writer().raw(properties()).frame();
    }

    /**
     * Flags and properties.
     *
     * @return the bytes behind the body size
     */
    public byte[] properties() {
        Writer writer = new Writer();
        int flags = 0;
        Writer list = new Writer();
        for (int property = 0; property < HeaderScan.PROPERTIES; property++) {
            if (property == HEADERS || random.nextInt(4) == 0) {
                flags |= 1 << 15 - property;
                property(list, property);
            }
        }
        flags |= rarely() ? 1 + random.nextInt(3) : 0;
        byte[] whole = writer.rawFlags(flags).raw(list.bytes()).bytes();
        if (rarely()) {
            whole[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return rarely() ? java.util.Arrays.copyOf(whole, random.nextInt(whole.length)) : whole;
    }

    private void property(Writer to, int property) {
        switch (property) {
            case HEADERS -> entries(to, 0, random.nextInt(6), true);
            case 3, 4 -> to.raw(bytes(1));
            case 9 -> to.raw(bytes(8));
            default -> to.shortBytes(bytes(random.nextInt(20)));
        }
    }

    private void entries(Writer to, int depth, int count, boolean named) {
        Writer inside = new Writer();
        for (int entry = 0; entry < count; entry++) {
            if (named) {
                inside.shortBytes(bytes(rarely() ? 255 : random.nextInt(8)));
            }
            value(inside, depth);
        }
        int lie = random.nextInt(200) == 0 ? random.nextInt(9) - 4 : 0;
        to.int32(random.nextInt(1000) == 0 ? random.nextInt() : inside.bytes().length + lie).raw(inside.bytes());
    }

    private void value(Writer to, int depth) {
        if (random.nextInt(30) == 0) {
            to.nested(20 + random.nextInt(30));
            return;
        }
        char type = rarely() ? (char) random.nextInt(256) : TYPES.charAt(random.nextInt(TYPES.length()));
        if (type == 'L' && random.nextInt(3) != 0 || depth > 3 && (type == 'F' || type == 'A')) {
            type = 'I';
        }
        to.type(type);
        switch (type) {
            case 't', 'b', 'B' -> to.raw(bytes(1));
            case 's', 'u' -> to.raw(bytes(2));
            case 'I', 'i', 'f' -> to.raw(bytes(4));
            case 'D' -> to.raw(bytes(5));
            case 'l', 'd', 'T', 'L' -> to.raw(bytes(8));
            case 'S', 'x' -> {
                byte[] text = bytes(random.nextInt(30));
                to.int32(random.nextInt(300) == 0 ? random.nextInt() : text.length).raw(text);
            }
            case 'F' -> entries(to, depth + 1, random.nextInt(4), true);
            case 'A' -> entries(to, depth + 1, random.nextInt(4), false);
            default -> {
                // void, or unknown
            }
        }
    }

    private boolean rarely() {
        return random.nextInt(oneMistakeIn) == 0;
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Writes what it is told, right or wrong. */
    public static final class Writer {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        /** Flags for these properties. */
        public Writer flags(int... properties) {
            int flags = 0;
            for (int property : properties) {
                flags |= 1 << 15 - property;
            }
            return rawFlags(flags);
        }

        Writer rawFlags(int flags) {
            return raw(new byte[] { (byte) (flags >> 8), (byte) flags });
        }

        /** A header table. */
        public Writer table(Consumer<Writer> content) {
            Writer inside = new Writer();
            content.accept(inside);
            return int32(inside.bytes().length).raw(inside.bytes());
        }

        /** The name of a header. */
        public Writer entry(String name) {
            return text(name);
        }

        Writer text(String text) {
            return shortBytes(text.getBytes(StandardCharsets.UTF_8));
        }

        Writer shortBytes(byte[] text) {
            out.write(text.length);
            return raw(text);
        }

        /** A value's type. */
        public Writer type(char type) {
            out.write(type);
            return this;
        }

        /** A long text. */
        public Writer longText(String text) {
            return int32(text.length()).raw(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** Four bytes. */
        public Writer int32(int value) {
            return raw(ByteBuffer.allocate(4).putInt(value).array());
        }

        /** Eight bytes. */
        public Writer int64(long value) {
            return raw(ByteBuffer.allocate(8).putLong(value).array());
        }

        /** A value of lists within lists. */
        public Writer nested(int levels) {
            for (int level = levels - 1; level >= 0; level--) {
                type('A').int32(5 * level);
            }
            return this;
        }

        Writer raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        /** What was written. */
        public byte[] bytes() {
            return out.toByteArray();
        }

        byte[] frame() {
            return ByteBuffer.allocate(12 + out.size()).putShort((short) 60).putShort((short) 0).putLong(5).put(bytes())
                    .array();
        }
    }
}
