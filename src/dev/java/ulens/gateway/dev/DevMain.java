package ulens.gateway.dev;

import ulens.gateway.Gateway;
import ulens.gateway.Main;
import ulens.gateway.config.GatewayConfig;

/** Starts the gateway from the sources; if nothing is configured, in dev mode. */
public final class DevMain {
    private DevMain() {
    }

    /**
     * Starts it, and keeps it running until the process is told to stop.
     *
     * @param args
     *            not used
     */
    public static void main(String[] args) {
        Main.run(GatewayConfig::read, config -> Gateway.start(config, DevMode.start(config, System.out)));
    }
}
