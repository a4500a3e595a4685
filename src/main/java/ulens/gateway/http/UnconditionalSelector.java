package ulens.gateway.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.spi.ServerConnectionSelector;

import java.util.Set;

/**
 * Accepts every connection at once, without waiting for its first bytes, and wraps the connection that another selector
 * makes.
 */
public interface UnconditionalSelector extends ServerConnectionSelector {
    /** {@return the selector that makes the connections that are wrapped} */
    ServerConnectionSelector inside();

    @Override
    default int bytesToIdentifyConnection() {
        return 0;
    }

    @Override
    default Support supports(BufferData data) {
        return Support.SUPPORTED;
    }

    @Override
    default Set<String> supportedApplicationProtocols() {
        return inside().supportedApplicationProtocols();
    }
}
