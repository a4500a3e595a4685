package ulens.gateway.engineio;

/** The transports of Engine.IO 4 that this server speaks. */
public enum TransportName {
    /** HTTP long-polling. */
    POLLING,
    /** WebSocket. */
    WEBSOCKET
}
