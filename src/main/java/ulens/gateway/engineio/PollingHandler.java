package ulens.gateway.engineio;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import ulens.gateway.engineio.inbound.HttpConnection;
import ulens.gateway.engineio.packet.EnginePacket;
import ulens.gateway.engineio.packet.EnginePacketType;
import ulens.gateway.engineio.packet.PacketException;
import ulens.gateway.engineio.packet.Payload;
import ulens.gateway.engineio.packet.Received;
import ulens.gateway.engineio.request.EngineRequest;
import ulens.gateway.engineio.request.Origins;
import ulens.gateway.engineio.request.Refusal;
import ulens.gateway.engineio.request.RefusedException;
import ulens.gateway.http.GuardedConnection;
import ulens.gateway.websocket.CloseCode;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Handles all plain HTTP requests to the path, including refused WebSocket requests. */
final class PollingHandler implements Handler {
    private static final System.Logger LOGGER = System.getLogger(PollingHandler.class.getName());
    private static final byte[] OK = "ok".getBytes(StandardCharsets.US_ASCII);

    private final SessionRegistry sessions;
    private final RequestRules admission;
    private final Origins origins;

    PollingHandler(SessionRegistry sessions, RequestRules admission, Origins origins) {
        this.sessions = sessions;
        this.admission = admission;
        this.origins = origins;
    }

    @Override
    public void handle(ServerRequest http, ServerResponse response) {
        EngineRequest request = EngineRequest.of(http.prologue(), http.headers(), http.remotePeer(),
                sessions.context().config().peers().addresses());
        response.headers().set(HeaderNames.CACHE_CONTROL, "no-store");
        // No exception may leave this method: Helidon would log the request with its query, which may hold a token.
        try {
            answer(request, http, response);
        } catch (RefusedException e) {
            refuse(e, response);
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][WS] request not answered: {0}", e.getClass().getName());
            HttpConnection.endAfterThisRequest();
        }
    }

    private void answer(EngineRequest request, ServerRequest http, ServerResponse response) throws RefusedException {
        if ("OPTIONS".equals(request.method())) {
            preflight(request, http, response);
            return;
        }
        origins.addTo(response.headers(), request.handshake().origin());
        sessions.limits().request(request.handshake());
        Session session = admission.admit(request).orElse(null);
        if (session != null && session.life().isAdmitted()) {
            GuardedConnection.current().ifPresent(GuardedConnection::keep);
        }
        if (request.upgrade()) {
            // a WebSocket request that was refused for its form, its session or our limits
            if (session == null) {
                sessions.refuseIfFull(request.handshake());
            }
            throw new RefusedException(Refusal.BAD_REQUEST);
        }
        if (session == null) {
            answerPoll(open(request), response);
        } else if ("GET".equals(request.method())) {
            answerPoll(session, response);
        } else {
            post(session, http, response);
        }
    }

    private void preflight(EngineRequest request, ServerRequest http, ServerResponse response) throws RefusedException {
        if (!origins.allow(request.handshake().origin())) {
            throw new RefusedException(Refusal.FORBIDDEN);
        }
        origins.addPreflightTo(response.headers(), request.handshake().origin(), http.headers());
        response.status(Status.NO_CONTENT_204).send();
    }

    private Session open(EngineRequest request) throws RefusedException {
        Session session = sessions.create(request.handshake(), PollingTransport::new);
        if (!session.open()) {
            throw new RefusedException(Refusal.BAD_REQUEST);
        }
        return session;
    }

    private void answerPoll(Session session, ServerResponse response) throws RefusedException {
        PollingTransport polling = PollingTransport.of(session);
        List<EnginePacket> packets;
        try {
            packets = polling.poll(sessions.context().config().limits().maxPayload());
        } catch (InterruptedException e) {
            session.finish("transport error", CloseCode.GOING_AWAY);
            throw new RefusedException(Refusal.SHUTTING_DOWN);
        }
        polling.answerBegins();
        try {
            response.headers().set(HeaderNames.CONTENT_TYPE, "text/plain; charset=UTF-8");
            response.send(Payload.encode(packets));
        } catch (RuntimeException e) {
            // The packets are gone from the queue, so the session cannot go on as if nothing had happened.
            session.finish("transport error", CloseCode.NORMAL);
            throw e;
        } finally {
            polling.answerEnds();
        }
    }

    private void post(Session session, ServerRequest http, ServerResponse response) throws RefusedException {
        PollingTransport polling = PollingTransport.of(session);
        polling.postBegins();
        try (PostBody body = new PostBody(session.inboundShare())) {
            receive(session, polling, decode(session, read(body, session, polling, http)));
        } finally {
            polling.postEnds();
        }
        // text/html, as in the official server: some old browsers offer text/plain for download.
        response.headers().set(HeaderNames.CONTENT_TYPE, "text/html");
        response.send(OK);
    }

    private static void receive(Session session, PollingTransport polling, List<Received> packets) {
        int close = 0;
        while (close < packets.size() && packets.get(close).type() != EnginePacketType.CLOSE) {
            close++;
        }
        new ReceivedPackets(session).receive(packets.subList(0, close));
        if (close < packets.size()) {
            polling.closedByPeer();
        }
    }

    private List<Received> decode(Session session, byte[] body) throws RefusedException {
        try {
            return Payload.decode(body, sessions.context().config().limits().maxPacketsPerPost());
        } catch (PacketException e) {
            session.finish("parse error", e.closeCode());
            throw new RefusedException(Refusal.BAD_REQUEST);
        }
    }

    private static byte[] read(PostBody body, Session session, PollingTransport polling, ServerRequest http)
            throws RefusedException {
        try {
            return body.read(http);
        } catch (RefusedException e) {
            polling.bodyRead();
            session.finish("transport error", CloseCode.TOO_BIG);
            throw e;
        } finally {
            polling.bodyRead();
        }
    }

    private static void refuse(RefusedException refused, ServerResponse response) {
        // Otherwise Helidon would read the whole body of a refused POST first, however long.
        HttpConnection.endAfterThisRequest();
        response.headers().set(HeaderValues.CONNECTION_CLOSE);
        response.headers().set(HeaderNames.CONTENT_TYPE, "application/json");
        refused.retryAfter()
                .ifPresent(seconds -> response.headers().set(HeaderNames.RETRY_AFTER, Long.toString(seconds)));
        response.status(Status.create(refused.refusal().status()));
        try {
            response.send(refused.refusal().json());
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][WS] refusal not read: {0}", e.getClass().getName());
        }
    }
}
