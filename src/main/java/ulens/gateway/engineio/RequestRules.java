package ulens.gateway.engineio;

import ulens.gateway.engineio.request.EngineRequest;
import ulens.gateway.engineio.request.Handshake;
import ulens.gateway.engineio.request.Origins;
import ulens.gateway.engineio.request.Refusal;
import ulens.gateway.engineio.request.RefusedException;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/** Decides whether a request may open or use a session, by the same rules for both transports. */
final class RequestRules {
    private static final String VERSION = "4";

    private final SessionRegistry sessions;
    private final Origins origins;

    RequestRules(SessionRegistry sessions, Origins origins) {
        this.sessions = sessions;
        this.origins = origins;
    }

    /**
     * Checks a request.
     *
     * @return the session that it uses; empty if it opens one
     */
    Optional<Session> admit(EngineRequest request) throws RefusedException {
        require(origins.allow(request.handshake().origin()), Refusal.FORBIDDEN);
        boolean websocket = "websocket".equals(request.transport());
        require(websocket || "polling".equals(request.transport()), Refusal.UNKNOWN_TRANSPORT);
        if (request.sid() == null) {
            require("GET".equals(request.method()), Refusal.BAD_HANDSHAKE_METHOD);
            require(websocket == request.upgrade(), Refusal.BAD_REQUEST);
            require(VERSION.equals(request.version()), Refusal.UNSUPPORTED_VERSION);
            return Optional.empty();
        }
        Session session = sessions.find(request.sid());
        if (session == null) {
            throw new RefusedException(Refusal.UNKNOWN_SID);
        }
        require(VERSION.equals(request.version()), Refusal.UNSUPPORTED_VERSION);
        require(websocket == request.upgrade(), Refusal.BAD_REQUEST);
        require("GET".equals(request.method()) || !websocket && "POST".equals(request.method()), Refusal.BAD_REQUEST);
        require(sameUser(session.handshake(), request.handshake()), Refusal.BAD_REQUEST);
        return Optional.of(session);
    }

    private static void require(boolean right, Refusal otherwise) throws RefusedException {
        if (!right) {
            throw new RefusedException(otherwise);
        }
    }

    // Browsers cannot send the header with a WebSocket, so a request without it is allowed.
    private static boolean sameUser(Handshake first, Handshake later) {
        return first.authorization().isEmpty() || later.authorization().isEmpty()
                || MessageDigest.isEqual(bytes(first.authorization().get()), bytes(later.authorization().get()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
