package ulens.gateway.engineio;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;
import org.jspecify.annotations.Nullable;
import ulens.gateway.engineio.request.EngineRequest;
import ulens.gateway.engineio.request.RefusedException;
import ulens.gateway.http.GuardedConnection;
import ulens.gateway.websocket.CloseCode;
import ulens.gateway.websocket.OpeningHandshake;

import java.util.function.Predicate;

/**
 * Turns requests of our path into our {@link WebSocket}s, and leaves those of other paths to Helidon. A request that is
 * refused is handed back, so that {@link PollingHandler} answers it as plain HTTP.
 */
final class EngineUpgrader extends WsUpgrader {
    private final SessionRegistry sessions;
    private final RequestRules admission;
    private final Predicate<HttpPrologue> ours;
    private final Predicate<Headers> upgradable;

    EngineUpgrader(WsConfig config, SessionRegistry sessions, RequestRules admission, Predicate<HttpPrologue> ours,
            Predicate<Headers> upgradable) {
        super(config);
        this.sessions = sessions;
        this.admission = admission;
        this.ours = ours;
        this.upgradable = upgradable;
    }

    @Override
    public @Nullable ServerConnection upgrade(ConnectionContext ctx, HttpPrologue prologue,
            WritableHeaders<?> headers) {
        ServerConnection upgraded = ours.test(prologue) ? ourUpgrade(ctx, prologue, headers)
                : super.upgrade(ctx, prologue, headers);
        if (upgraded != null) {
            GuardedConnection.current().ifPresent(GuardedConnection::upgraded);
        }
        return upgraded;
    }

    private @Nullable WebSocket ourUpgrade(ConnectionContext ctx, HttpPrologue prologue, WritableHeaders<?> headers) {
        if (!upgradable.test(headers)) {
            return null;
        }
        EngineRequest request = EngineRequest.of(prologue, headers, ctx.remotePeer(),
                sessions.context().config().peers().addresses());
        try {
            Session existing = admission.admit(request).orElse(null);
            OpeningHandshake handshake = OpeningHandshake.of(headers).orElse(null);
            if (!"websocket".equals(request.transport()) || handshake == null) {
                return null;
            }
            return existing == null ? opening(ctx, handshake, request) : probing(ctx, handshake, existing);
        } catch (RefusedException e) {
            return null;
        }
    }

    private WebSocket opening(ConnectionContext ctx, OpeningHandshake handshake, EngineRequest request)
            throws RefusedException {
        WebSocket[] socket = new WebSocket[1];
        Session session = sessions.create(request.handshake(),
                created -> socket[0] = WebSocket.opening(ctx, sessions.context().wheel(), created));
        try {
            ctx.dataWriter().writeNow(BufferData.create(handshake.answer()));
            return socket[0];
        } catch (RuntimeException e) {
            session.finish("transport error", CloseCode.INTERNAL_ERROR);
            throw new CloseConnectionException("upgrade not answered", e);
        }
    }

    private @Nullable WebSocket probing(ConnectionContext ctx, OpeningHandshake handshake, Session session) {
        WebSocket socket = WebSocket.probing(ctx, sessions.context().wheel(), session);
        boolean candidate = session.transports().offer(socket);
        if (!candidate && !session.transports().hasUpgrade()) {
            return null;
        }
        try {
            ctx.dataWriter().writeNow(BufferData.create(handshake.answer()));
            if (!candidate) {
                socket.turnAway();
            }
            return socket;
        } catch (RuntimeException e) {
            session.transports().failed(socket);
            throw new CloseConnectionException("upgrade not answered", e);
        }
    }
}
