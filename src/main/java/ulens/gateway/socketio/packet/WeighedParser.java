package ulens.gateway.socketio.packet;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.util.JsonParserDelegate;

import ulens.gateway.engineio.inbound.InboundShare;

/**
 * Takes memory from the share for a tree of JSON while it is built, by its nodes: a megabyte of brackets becomes forty
 * megabytes of objects. The sizes are those of Jackson 3 on a 64-bit JVM with compressed references, rounded up; each
 * value also counts its slot in the list or map around it.
 */
final class WeighedParser extends JsonParserDelegate {
    private static final int ARRAY = 112;
    private static final int OBJECT = 176;
    private static final int PROPERTY = 56;
    private static final int TEXT = 80;
    private static final int NUMBER = 40;
    private static final int LONG_NUMBER = 112;
    private static final int DIGITS_OF_A_LONG = 18;
    /** Bytes of true, false and null: shared objects, so only their slots count. */
    private static final int CONSTANT = 8;
    /** Bytes that are taken at once, so that a large tree takes no lock for each node. */
    private static final int STEP = 4 * 1024;

    private final InboundShare share;
    private final long most;
    private long weight;
    private long taken;

    /** There is no memory for the rest of the tree. */
    static final class TooHeavy extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooHeavy() {
            super("too heavy", null, false, false);
        }
    }

    WeighedParser(JsonParser json, InboundShare share) {
        super(json);
        this.share = share;
        this.most = share.budget().mostForOneMessage();
    }

    /** {@return bytes that have been taken from the share so far; at least the size of the tree} */
    long taken() {
        return taken;
    }

    /** Gives back all memory, since the tree is not used. */
    void abandon() {
        share.give(taken);
        taken = 0;
    }

    @Override
    public JsonToken nextToken() {
        return weighed(super.nextToken());
    }

    @Override
    public String nextName() {
        String name = super.nextName();
        weighed(currentToken());
        return name;
    }

    private JsonToken weighed(JsonToken token) {
        if (token != null) {
            weight += switch (token) {
                case START_ARRAY -> ARRAY;
                case START_OBJECT -> OBJECT;
                case PROPERTY_NAME -> PROPERTY + TEXT + 2L * getStringLength();
                case VALUE_STRING -> TEXT + 2L * getStringLength();
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(getStringLength());
                case END_ARRAY, END_OBJECT -> 0;
                default -> CONSTANT;
            };
            if (weight > taken) {
                pay(weight - taken + (weight > STEP ? STEP : 0));
            }
        }
        return token;
    }

    private static int number(int digits) {
        return digits > DIGITS_OF_A_LONG ? LONG_NUMBER + digits : NUMBER;
    }

    private void pay(long bytes) {
        if (weight > most || !share.take(bytes)) {
            throw new TooHeavy();
        }
        taken += bytes;
    }
}
