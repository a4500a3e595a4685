package ulens.gateway.http;

import com.sun.management.UnixOperatingSystemMXBean;

import java.lang.management.ManagementFactory;
import java.util.function.IntSupplier;

/**
 * How many file descriptors of this process may be connections. Without a free descriptor the system can't accept a
 * connection, and Helidon 4.1.2 ends a listener for good at the first such failure. So a fixed number of descriptors is
 * kept back for the database, the broker and files.
 */
public final class Descriptors {
    private static final int FEWEST = 8;

    private Descriptors() {
    }

    /**
     * Tells how many descriptors are left for connections. The limit of the process is read anew at each call, since it
     * can be changed from outside while the process runs.
     *
     * @param others
     *            descriptors for everything else, including those that are open already
     *
     * @return gives the number of connections that there may be, which is never 0
     */
    public static IntSupplier without(int others) {
        return () -> Math.clamp(limit() - others, FEWEST, Integer.MAX_VALUE);
    }

    /** {@return the limit on descriptors of this process; a very large number if there is no limit} */
    public static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Integer.MAX_VALUE;
    }

    /** {@return how many descriptors are open now; 0 if the platform does not tell} */
    public static int open() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? (int) Math.max(0, unix.getOpenFileDescriptorCount())
                : 0;
    }
}
