package ulens.gateway.ops;

import io.helidon.health.HealthCheck;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import io.helidon.webserver.observe.health.HealthObserver;

import java.util.function.BooleanSupplier;

/** Says at {@code /observe/health} whether the process lives, and whether it can do its work. */
public final class Health {
    private Health() {
    }

    /**
     * The observer.
     *
     * @param stopping
     *            whether the gateway is on its way out
     * @param database
     *            whether the database answers
     * @param broker
     *            whether the broker is connected
     * @param intake
     *            whether messages can be stored
     *
     * @return live, and ready if the database and the broker are there and in use, and nobody has asked it to stop
     */
    public static HealthObserver observer(BooleanSupplier stopping, BooleanSupplier database, BooleanSupplier broker,
            BooleanSupplier intake) {
        return HealthObserver.builder().useSystemServices(false).details(true)
                .addCheck(check("gateway", HealthCheckType.LIVENESS, () -> true))
                .addCheck(check("accepting", HealthCheckType.READINESS, () -> !stopping.getAsBoolean()))
                .addCheck(check("database", HealthCheckType.READINESS, database))
                .addCheck(check("broker", HealthCheckType.READINESS, broker))
                .addCheck(check("intake", HealthCheckType.READINESS, intake)).build();
    }

    private static HealthCheck check(String name, HealthCheckType type, BooleanSupplier good) {
        return new HealthCheck() {
            @Override
            public HealthCheckType type() {
                return type;
            }

            @Override
            public String name() {
                return name;
            }

            @Override
            public HealthCheckResponse call() {
                return HealthCheckResponse.builder().status(good.getAsBoolean()).build();
            }
        };
    }
}
