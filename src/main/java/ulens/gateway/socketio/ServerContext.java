package ulens.gateway.socketio;

import tools.jackson.databind.json.JsonMapper;
import ulens.gateway.engineio.inbound.InboundShare;
import ulens.gateway.socketio.packet.JsonFormat;
import ulens.gateway.socketio.packet.PacketDecoder;
import ulens.gateway.socketio.packet.PacketEncoder;
import ulens.gateway.work.Task;
import ulens.gateway.work.Timer;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;

/** The objects that all connections of one server share. */
final class ServerContext {
    private static final int SID_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final Timer timer = new Timer(
            Task.of(System.getLogger(ServerContext.class.getName()), "[GATEWAY][WS]", "socketio-timer"));
    private final SocketIoConfig config;
    private final JsonMapper json;
    private final PacketEncoder encoder;
    private final Namespaces namespaces;

    ServerContext(SocketIoConfig config) {
        this.config = config;
        json = JsonFormat.create(config.inbound().maxJsonDepth());
        encoder = new PacketEncoder(json);
        namespaces = new Namespaces(encoder);
    }

    Namespaces namespaces() {
        return namespaces;
    }

    PacketEncoder encoder() {
        return encoder;
    }

    PacketDecoder newDecoder(InboundShare share) {
        return new PacketDecoder(json, config.inbound().maxAttachments(), share);
    }

    Mailbox newMailbox() {
        return new Mailbox(config.inbound().queue(), maxPayload());
    }

    String newSid() {
        byte[] bytes = new byte[SID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    Timer timer() {
        return timer;
    }

    Duration connectTimeout() {
        return config.connectTimeout();
    }

    int maxPayload() {
        return config.engine().limits().maxPayload();
    }

    int maxPayloadBeforeJoin() {
        return Math.min(config.inbound().maxPayloadBeforeJoin(), maxPayload());
    }
}
