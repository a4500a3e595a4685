package ulens.gateway.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Whether the gateway runs in dev mode. It never does by accident: only if no variable of a real installation is set,
 * or if {@code DEV_MODE} asks for it. A variable that is present but empty is a deployment mistake (a secret that was
 * not filled in), so it counts as set.
 *
 * @param on
 *            whether a database or broker without a URL is embedded
 * @param folder
 *            data folder of the embedded PostgreSQL
 */
public record Dev(boolean on, String folder) {
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "::1", "[::1]");
    private static final String WHERE = "./mvnw compile exec:exec, in the folder of the sources";

    /** The values of {@code DEV_MODE}. */
    private enum Mode {
        AUTO, ON, OFF
    }

    static Dev read(Knobs knobs) {
        Mode mode = mode(knobs);
        return new Dev(mode == Mode.ON || mode == Mode.AUTO && untouched(knobs), folder(knobs));
    }

    /**
     * For a build without dev mode: asking for it is a problem, and if nothing at all is set, the problem says where to
     * find it.
     */
    static Dev absent(Knobs knobs) {
        if (mode(knobs) == Mode.ON) {
            knobs.problem("DEV_MODE is 'on'; this build has no dev mode: " + WHERE);
        } else if (untouched(knobs)) {
            knobs.problem("Nothing is set, and this build has no dev mode: set what follows, or run " + WHERE);
        }
        return new Dev(false, folder(knobs));
    }

    private static Mode mode(Knobs knobs) {
        return knobs.choice("dev.mode", Mode.AUTO, Map.of("auto", Mode.AUTO, "on", Mode.ON, "off", Mode.OFF));
    }

    private static boolean untouched(Knobs knobs) {
        return List.of("database.url", "rmq.url", "access.secret-key").stream().noneMatch(knobs::isSet);
    }

    private static String folder(Knobs knobs) {
        return knobs.text("dev.folder").orElse(".dev");
    }

    /** {@return the address to listen on; in dev mode one that only this machine can reach} */
    String host(Knobs knobs) {
        String host = knobs.text("host").orElse(on ? GatewayConfig.BOTH_LOOPBACKS : "0.0.0.0");
        if (on && !LOCAL.contains(host.toLowerCase(Locale.ROOT))) {
            knobs.problem("HOST is '" + host
                    + "'; in dev mode the gateway listens on this machine only: expected localhost, 127.0.0.1 or ::1");
        }
        return host.equals("[::1]") ? "::1" : host.toLowerCase(Locale.ROOT);
    }
}
