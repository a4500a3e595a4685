package ulens.gateway.process;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGTERM and SIGINT: the first one ends the process as ever, each further one is told to the stop that is under way.
 * The JVM's own handler ignores those. By reflection, since the compiler warns of every mention of
 * {@code sun.misc.Signal} and nothing else hears signals.
 */
public final class StopSignals {
    private static final Map<String, Integer> NUMBERS = Map.of("TERM", 15, "INT", 2);
    private static final int SIGNALLED = 128;

    private StopSignals() {
    }

    /**
     * Listens from now on. Where that is not possible (a JVM without module {@code jdk.unsupported}, or with
     * {@code -Xrs}), the JVM's own handlers stay.
     *
     * @param again
     *            runs at each signal but the first
     */
    public static void listen(Runnable again) {
        AtomicBoolean first = new AtomicBoolean(true);
        NUMBERS.forEach((name, number) -> handle(name, () -> {
            if (first.getAndSet(false)) {
                System.exit(SIGNALLED + number);
            } else {
                again.run();
            }
        }));
    }

    private static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] { handler },
                    (self, method, arguments) -> switch (method.getName()) {
                        case "equals" -> self == arguments[0];
                        case "hashCode" -> System.identityHashCode(self);
                        case "toString" -> "handler of SIG" + name;
                        default -> {
                            action.run();
                            yield null;
                        }
                    });
            signal.getMethod("handle", signal, handler).invoke(null,
                    signal.getConstructor(String.class).newInstance(name), ours);
        } catch (ReflectiveOperationException | RuntimeException notHere) {
            System.getLogger(StopSignals.class.getName()).log(System.Logger.Level.DEBUG,
                    "a second SIG" + name + " will not shorten a stop", notHere);
        }
    }
}
