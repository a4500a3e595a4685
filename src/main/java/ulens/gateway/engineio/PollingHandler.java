package ulens.gateway.engineio;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Everything that comes to the path over plain HTTP, WebSocket requests that were refused included. */
final class PollingHandler implements Handler {
    private static final System.Logger LOGGER = System.getLogger(PollingHandler.class.getName());
    private static final byte[] OK = "ok".getBytes(StandardCharsets.US_ASCII);

    private final Sessions sessions;
    private final Admission admission;
    private final Origins origins;

    PollingHandler(Sessions sessions, Admission admission, Origins origins) {
        this.sessions = sessions;
        this.admission = admission;
        this.origins = origins;
    }

    @Override
    public void handle(ServerRequest http, ServerResponse response) {
        EngineRequest request = EngineRequest.of(http.prologue(), http.headers(), http.remotePeer(),
                http.proxyProtocolData());
        response.headers().set(HeaderNames.CACHE_CONTROL, "no-store");
        // Nothing may be thrown from here: Helidon would log the request with its query.
        try {
            answer(request, http, response);
        } catch (RefusedException e) {
            refuse(e.refusal(), response);
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
        Session session = admission.admit(request).orElse(null);
        if (request.upgrade()) {
            // It could have been a WebSocket but for its form, its session or our limits.
            Optional<Refusal> full = session == null ? sessions.refusal(request.handshake()) : Optional.empty();
            throw new RefusedException(full.orElse(Refusal.BAD_REQUEST));
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
        PollingTransport polling = session.polling();
        List<Packet> packets;
        try {
            packets = polling.poll(sessions.config().maxPayload());
        } catch (InterruptedException e) {
            session.finish("transport error", Frame.GOING_AWAY);
            throw new RefusedException(Refusal.SHUTTING_DOWN);
        }
        polling.answerBegins();
        try {
            response.headers().set(HeaderNames.CONTENT_TYPE, "text/plain; charset=UTF-8");
            response.send(Payload.encode(packets));
        } catch (RuntimeException e) {
            // The packets are gone from the queue, so the session cannot go on as if nothing had happened.
            session.finish("transport error", Frame.NORMAL);
            throw e;
        } finally {
            polling.answerEnds();
        }
    }

    private void post(Session session, ServerRequest http, ServerResponse response) throws RefusedException {
        PollingTransport polling = session.polling();
        polling.postBegins();
        try {
            receive(session, polling, decode(session, body(session, polling, http)));
        } finally {
            polling.postEnds();
        }
        // text/html as the official server has it: some old browsers offer text/plain for download.
        response.headers().set(HeaderNames.CONTENT_TYPE, "text/html");
        response.send(OK);
    }

    private static void receive(Session session, PollingTransport polling, List<Received> packets) {
        int close = 0;
        while (close < packets.size() && packets.get(close).type() != PacketType.CLOSE) {
            close++;
        }
        session.inbound().receive(packets.subList(0, close));
        if (close < packets.size()) {
            polling.closedByPeer();
        }
    }

    private List<Received> decode(Session session, byte[] body) throws RefusedException {
        try {
            return Payload.decode(body, sessions.config().maxPacketsPerPost());
        } catch (PacketException e) {
            session.finish("parse error", e.closeCode());
            throw new RefusedException(Refusal.BAD_REQUEST);
        }
    }

    private byte[] body(Session session, PollingTransport polling, ServerRequest http) throws RefusedException {
        try {
            return readBody(http, sessions.config().maxPayload());
        } catch (RefusedException e) {
            polling.bodyRead();
            session.finish("transport error", Frame.TOO_BIG);
            throw e;
        } finally {
            polling.bodyRead();
        }
    }

    private static byte[] readBody(ServerRequest http, int max) throws RefusedException {
        if (http.headers().contentLength().orElse(0) > max) {
            throw new RefusedException(Refusal.PAYLOAD_TOO_LARGE);
        }
        if (!http.content().hasEntity()) {
            return new byte[0];
        }
        byte[] body;
        try {
            // Not closed: closing reads on to the end, which may never come.
            InputStream in = http.content().inputStream();
            body = in.readNBytes(max + 1);
        } catch (RequestException e) {
            throw new RefusedException(e.status() == Status.REQUEST_ENTITY_TOO_LARGE_413 ? Refusal.PAYLOAD_TOO_LARGE
                    : Refusal.BAD_REQUEST);
        } catch (IOException | RuntimeException e) {
            throw new RefusedException(Refusal.BAD_REQUEST);
        }
        if (body.length > max) {
            throw new RefusedException(Refusal.PAYLOAD_TOO_LARGE);
        }
        return body;
    }

    private static void refuse(Refusal refusal, ServerResponse response) {
        // Otherwise Helidon would read the whole body of a refused POST first, however long.
        HttpConnection.endAfterThisRequest();
        response.headers().set(HeaderValues.CONNECTION_CLOSE);
        response.headers().set(HeaderNames.CONTENT_TYPE, "application/json");
        response.status(Status.create(refusal.status()));
        try {
            response.send(refusal.json());
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "[GATEWAY][WS] refusal not read: {0}", e.getClass().getName());
        }
    }
}
