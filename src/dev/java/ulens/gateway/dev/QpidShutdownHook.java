package ulens.gateway.dev;

import org.apache.qpid.server.model.BrokerImpl;
import org.apache.qpid.server.model.Container;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;

/**
 * Removes Qpid's JVM shutdown hook. It would close the broker at SIGTERM while the gateway still needs it, and Qpid has
 * no setting for it, hence the reflection.
 */
final class QpidShutdownHook {
    private static final Logger LOG = System.getLogger(QpidShutdownHook.class.getName());

    private QpidShutdownHook() {
    }

    static void remove(Container<?> broker) {
        try {
            Field hook = BrokerImpl.class.getDeclaredField("_shutdownHook");
            hook.setAccessible(true);
            Runtime.getRuntime().removeShutdownHook((Thread) hook.get(broker));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.log(Level.WARNING, "[GATEWAY][RMQ] the embedded broker will close by itself at SIGTERM: {0}",
                    e.toString());
        }
    }
}
