/**
 * The packets of Socket.IO protocol revision 5: decoded from the messages of an Engine.IO session, checked and counted
 * in bytes of heap ({@link ulens.gateway.socketio.packet.PacketDecoder}), and encoded as bytes
 * ({@link ulens.gateway.socketio.packet.PacketEncoder}). Knows nothing of namespaces and sockets. For the Socket.IO
 * server alone; its users have {@link ulens.gateway.socketio.packet.RawJson} for arguments that are JSON already.
 */
@NullMarked
package ulens.gateway.socketio.packet;

import org.jspecify.annotations.NullMarked;
