package ulens.gateway.socketio;

import org.jspecify.annotations.Nullable;
import ulens.gateway.socketio.packet.PacketEncoder;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The namespaces of one server, which are never removed. */
final class Namespaces {
    private final Map<String, Namespace> byName = new ConcurrentHashMap<>();
    private final PacketEncoder encoder;

    Namespaces(PacketEncoder encoder) {
        this.encoder = encoder;
    }

    /** {@return the namespace of this name, made if it is new} */
    Namespace register(String name) {
        if (!name.startsWith("/") || name.indexOf(',') >= 0) {
            throw new IllegalArgumentException("not the name of a namespace: " + name);
        }
        return byName.computeIfAbsent(name, key -> new Namespace(encoder, key));
    }

    /** {@return the namespace of this name, or null} */
    @Nullable
    Namespace find(String name) {
        return byName.get(name);
    }
}
