package ulens.gateway.engineio;

import java.nio.charset.StandardCharsets;

/** A packet on its way out, before a transport puts it into its own form. */
sealed interface Packet permits EngineMessage, Packet.Control {
    Control PING = Control.of("2");
    Control NOOP = Control.of("6");
    Control CLOSE = Control.of("1");

    /** {@return what it counts for in a queue: its bytes and what it takes to hold them} */
    int cost();

    /** A packet that is not a message, as it is on the wire. */
    record Control(byte[] wire) implements Packet {
        static Control of(String text) {
            return new Control(text.getBytes(StandardCharsets.US_ASCII));
        }

        /** The open packet of a session. */
        static Control open(String sid, EngineConfig config, boolean upgradable) {
            return of("0{\"sid\":\"" + sid + "\",\"upgrades\":" + (upgradable ? "[\"websocket\"]" : "[]")
                    + ",\"pingInterval\":" + config.pingInterval().toMillis() + ",\"pingTimeout\":"
                    + config.pingTimeout().toMillis() + ",\"maxPayload\":" + config.maxPayload() + "}");
        }

        @Override
        public int cost() {
            return wire.length;
        }
    }
}
