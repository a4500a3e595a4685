package ulens.gateway.engineio;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Predicate;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;

/**
 * Turns requests of our path into our {@link WebSocket}s, and leaves those of other paths to Helidon. A request that is
 * refused is handed back, so that {@link PollingHandler} answers it as plain HTTP.
 */
final class EngineUpgrader extends WsUpgrader {
    private static final int KEY_BYTES = 16;

    private final Sessions sessions;
    private final Admission admission;
    private final Predicate<HttpPrologue> ours;

    EngineUpgrader(WsConfig config, Sessions sessions, Admission admission, Predicate<HttpPrologue> ours) {
        super(config);
        this.sessions = sessions;
        this.admission = admission;
        this.ours = ours;
    }

    @Override
    public ServerConnection upgrade(ConnectionContext ctx, HttpPrologue prologue, WritableHeaders<?> headers) {
        if (!ours.test(prologue)) {
            return super.upgrade(ctx, prologue, headers);
        }
        EngineRequest request = EngineRequest.of(prologue, headers, ctx.remotePeer(), ctx.proxyProtocolData());
        try {
            Session existing = admission.admit(request).orElse(null);
            if (!"websocket".equals(request.transport()) || !isHandshake(headers)) {
                return null;
            }
            return existing == null ? opening(ctx, headers, request) : probing(ctx, headers, existing);
        } catch (RefusedException e) {
            return null;
        }
    }

    private WebSocket opening(ConnectionContext ctx, WritableHeaders<?> headers, EngineRequest request)
            throws RefusedException {
        WebSocket[] socket = new WebSocket[1];
        Session session = sessions.create(request.handshake(),
                created -> socket[0] = WebSocket.opening(ctx, sessions, created));
        try {
            switchProtocols(ctx, headers);
            return socket[0];
        } catch (RuntimeException e) {
            session.finish("transport error", Frame.INTERNAL_ERROR);
            throw new CloseConnectionException("upgrade not answered", e);
        }
    }

    private WebSocket probing(ConnectionContext ctx, WritableHeaders<?> headers, Session session) {
        WebSocket socket = WebSocket.probing(ctx, sessions, session);
        if (!session.beginUpgrade(socket)) {
            return null;
        }
        try {
            switchProtocols(ctx, headers);
            return socket;
        } catch (RuntimeException e) {
            session.upgradeFailed(socket);
            throw new CloseConnectionException("upgrade not answered", e);
        }
    }

    private void switchProtocols(ConnectionContext ctx, WritableHeaders<?> headers) {
        String answer = SWITCHING_PROTOCOL_PREFIX + hash(ctx, headers.get(WS_KEY).get()) + SWITCHING_PROTOCOLS_SUFFIX;
        ctx.dataWriter().writeNow(BufferData.create(answer.getBytes(StandardCharsets.US_ASCII)));
    }

    // RFC 6455, 4.2.1. Helidon lets some of this pass and fails on the rest with an internal error.
    private static boolean isHandshake(WritableHeaders<?> headers) {
        boolean upgrades = headers.contains(HeaderNames.CONNECTION)
                && headers.get(HeaderNames.CONNECTION).allValues(true).stream().anyMatch("upgrade"::equalsIgnoreCase);
        Optional<String> version = headers.first(WS_VERSION);
        Optional<String> key = headers.first(WS_KEY);
        return upgrades && version.filter(SUPPORTED_VERSION::equals).isPresent()
                && key.filter(EngineUpgrader::isKey).isPresent();
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
