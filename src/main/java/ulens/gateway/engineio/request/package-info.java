/**
 * The HTTP requests of Engine.IO: their parameters and senders, the Origins and the rates per address that are allowed,
 * and the answers to refused requests. Knows nothing of sessions.
 */
@NullMarked
package ulens.gateway.engineio.request;

import org.jspecify.annotations.NullMarked;
