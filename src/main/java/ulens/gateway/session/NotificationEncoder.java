package ulens.gateway.session;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.ByteArrayBuilder;
import ulens.gateway.recovery.Offset;
import ulens.gateway.socketio.EncodedEvent;
import ulens.gateway.socketio.Namespace;
import ulens.gateway.socketio.packet.RawJson;
import ulens.gateway.stream.Delivery;
import ulens.gateway.stream.Position;
import ulens.gateway.stream.RowEncoder;

/** Encodes a row as the event that clients receive, once for all sockets of its user. */
final class NotificationEncoder implements RowEncoder<EncodedEvent> {
    private final JsonFactory factory = new JsonFactory();
    private final Namespace namespace;

    NotificationEncoder(Namespace namespace) {
        this.namespace = namespace;
    }

    @Override
    public EncodedEvent encode(Delivery row, Position position) {
        return namespace.encode(Events.NEW, RawJson.of(payload(row)), Offset.of(row.userId(), position));
    }

    private byte[] payload(Delivery row) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder(row.message().length() + 128)) {
            try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
                json.writeStartObject();
                json.writeNumberProperty("id", row.notificationId());
                json.writeStringProperty("message", row.message());
                json.writeStringProperty("sentAt", IsoTime.of(row.sentAt()));
                json.writeName("readAt");
                if (row.readAt() == null) {
                    json.writeNull();
                } else {
                    json.writeString(IsoTime.of(row.readAt()));
                }
                if (row.metadata() != null) {
                    json.writeName("metadata");
                    json.writeRawValue(row.metadata());
                }
                json.writeEndObject();
            }
            return bytes.toByteArray();
        }
    }
}
