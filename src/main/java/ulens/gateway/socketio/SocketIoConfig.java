package ulens.gateway.socketio;

import ulens.gateway.engineio.EngineConfig;
import ulens.gateway.engineio.inbound.InboundBudget;

import java.time.Duration;
import java.util.Objects;

/**
 * The settings of a Socket.IO server. Start from {@link #defaults} and replace single settings.
 *
 * @param engine
 *            settings of the Engine.IO server below
 * @param connectTimeout
 *            how long a client may take to connect to its first namespace; above zero
 * @param inbound
 *            limits on the input of clients
 */
public record SocketIoConfig(EngineConfig engine, Duration connectTimeout, Inbound inbound) {
    public SocketIoConfig {
        Objects.requireNonNull(engine, "engine");
        check(connectTimeout.isPositive(), "connect timeout is not positive");
    }

    /**
     * Limits on the input of clients.
     *
     * @param queue
     *            most packets of one client that may wait for its handlers before no more are read, at least 1.
     *            Together they never take more than {@link EngineConfig.Limits#maxPayload()} bytes, except for a single
     *            larger one
     * @param maxAttachments
     *            the most binary attachments of one packet, 0 to 9999. A client can make the server hold that many
     *            messages of {@link EngineConfig.Limits#maxPayload()} bytes
     * @param maxJsonDepth
     *            how deep JSON may be nested, the outermost array counted, 1 to 400
     * @param maxPayloadBeforeJoin
     *            the largest message, in bytes, of a client that is in no namespace: room for the CONNECT packet with
     *            its auth payload. Such a client can't send binary packets at all. At most
     *            {@link EngineConfig.Limits#maxPayload()}
     * @param memory
     *            bytes of heap for the input of all connections that is not handled yet
     */
    public record Inbound(int queue, int maxAttachments, int maxJsonDepth, int maxPayloadBeforeJoin, long memory) {

        private static final int DEEPEST = 400;

        public Inbound {
            check(queue > 0, "inbound queue holds nothing");
            check(maxAttachments >= 0 && maxAttachments <= 9999, "attachments are not within 0 to 9999");
            check(maxJsonDepth > 0 && maxJsonDepth <= DEEPEST, "JSON depth is not within 1 to " + DEEPEST);
            check(maxPayloadBeforeJoin > 0, "no payload is allowed before a join");
            check(memory > 0, "no memory for what comes in");
        }

        /** {@return limits for clients that send little; memory is an eighth of the heap} */
        public static Inbound defaults() {
            return new Inbound(64, 10, 100, 16 * 1024, InboundBudget.defaultSize());
        }

        /**
         * Replaces the length of the queue.
         *
         * @param packets
         *            most packets that may wait
         *
         * @return the settings
         */
        public Inbound withQueue(int packets) {
            return new Inbound(packets, maxAttachments, maxJsonDepth, maxPayloadBeforeJoin, memory);
        }

        /**
         * Replaces the limits in bytes.
         *
         * @param beforeJoin
         *            the largest message before a join
         * @param together
         *            memory for the input of all connections
         *
         * @return the settings
         */
        public Inbound withBytes(int beforeJoin, long together) {
            return new Inbound(queue, maxAttachments, maxJsonDepth, beforeJoin, together);
        }
    }

    /** {@return the settings of the stock server at {@code /socket.io/}, with limits added} */
    public static SocketIoConfig defaults() {
        return new SocketIoConfig(EngineConfig.defaults("/socket.io/"), Duration.ofSeconds(45), Inbound.defaults());
    }

    /**
     * Replaces the settings of the Engine.IO server.
     *
     * @param other
     *            the settings
     *
     * @return the settings
     */
    public SocketIoConfig with(EngineConfig other) {
        return new SocketIoConfig(other, connectTimeout, inbound);
    }

    /**
     * Replaces the limits on the input of clients.
     *
     * @param other
     *            the limits
     *
     * @return the settings
     */
    public SocketIoConfig with(Inbound other) {
        return new SocketIoConfig(engine, connectTimeout, other);
    }

    /**
     * Replaces the time to connect.
     *
     * @param timeout
     *            above zero
     *
     * @return the settings
     */
    public SocketIoConfig withConnectTimeout(Duration timeout) {
        return new SocketIoConfig(engine, timeout, inbound);
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
