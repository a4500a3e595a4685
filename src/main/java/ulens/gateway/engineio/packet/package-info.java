/**
 * The packets of Engine.IO 4: their types, their encodings in payloads of the polling transport and in WebSocket
 * frames, and the bounded queue of packets that wait for a transport. Knows nothing of sessions and requests. For the
 * Engine.IO server alone; its users have {@code EngineMessage}.
 */
@NullMarked
package ulens.gateway.engineio.packet;

import org.jspecify.annotations.NullMarked;
