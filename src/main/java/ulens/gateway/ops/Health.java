package ulens.gateway.ops;

import io.helidon.health.HealthCheck;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import io.helidon.webserver.observe.health.HealthObserver;
import ulens.gateway.config.HealthConfig;
import ulens.gateway.metrics.Measured;
import ulens.gateway.metrics.Meters;
import ulens.gateway.work.Task;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The health checks at {@code /observe/health}: whether the process is alive, and whether it can do its work.
 *
 * @param settings
 *            times after which work counts as stuck or degraded
 */
public record Health(HealthConfig settings) implements Measured {
    @Override
    public void register(Meters meters) {
        meters.tasks()
                .gauge("tasks_failing", "Kinds of background work that have failed for long: DEGRADED in health",
                        () -> Task.all().stream().filter(task -> task.failing(settings.lasting()).isPresent()).count())
                .gauge("loops_stuck", "Loops that do not move: DOWN in health",
                        () -> Task.all().stream().filter(task -> task.stuck(settings.stuckAfter())).count());
    }

    /**
     * Makes the observer of health.
     *
     * @param stopping
     *            whether the gateway is stopping, or about to
     * @param database
     *            whether the database answers
     * @param broker
     *            whether the broker is connected
     * @param intake
     *            whether messages can be stored
     *
     * @return the observer: ready if database and broker can be used, messages can be stored, and the gateway is not
     *         stopping
     */
    public HealthObserver observer(BooleanSupplier stopping, BooleanSupplier database, BooleanSupplier broker,
            BooleanSupplier intake) {
        return HealthObserver.builder().useSystemServices(false).details(true)
                .addCheck(check("gateway", HealthCheckType.LIVENESS, () -> true)).addCheck(loops(settings.stuckAfter()))
                .addCheck(background(settings.lasting()))
                .addCheck(check("accepting", HealthCheckType.READINESS, () -> !stopping.getAsBoolean()))
                .addCheck(check("database", HealthCheckType.READINESS, database))
                .addCheck(check("broker", HealthCheckType.READINESS, broker))
                .addCheck(check("intake", HealthCheckType.READINESS, intake)).build();
    }

    /** A stuck loop does not recover by itself: only a restart helps, so the process counts as not alive. */
    private static HealthCheck loops(Duration stuckAfter) {
        return check("loops", HealthCheckType.LIVENESS, () -> {
            List<String> stuck = Task.all().stream().filter(task -> task.stuck(stuckAfter)).map(Task::name).toList();
            HealthCheckResponse.Builder answer = HealthCheckResponse.builder().status(stuck.isEmpty());
            stuck.forEach(name -> answer.detail(name, "does not move"));
            return answer.build();
        });
    }

    /**
     * Background work that fails for long is shown as DEGRADED, but the gateway stays ready: notifications still come
     * in and go out, and all nodes usually share the cause (a missing grant, for example), so clients would be left
     * without any node.
     */
    private static HealthCheck background(Duration lasting) {
        return check("background", HealthCheckType.READINESS, () -> {
            HealthCheckResponse.Builder answer = HealthCheckResponse.builder().status(true);
            Map<String, String> failing = new TreeMap<>();
            Task.all().forEach(task -> task.failing(lasting).ifPresent(reason -> failing.put(task.name(), reason)));
            answer.detail("state", failing.isEmpty() ? "OK" : "DEGRADED");
            failing.forEach(answer::detail);
            return answer.build();
        });
    }

    private static HealthCheck check(String name, HealthCheckType type, BooleanSupplier good) {
        return check(name, type, () -> HealthCheckResponse.builder().status(good.getAsBoolean()).build());
    }

    private static HealthCheck check(String name, HealthCheckType type, Supplier<HealthCheckResponse> asked) {
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
                return asked.get();
            }
        };
    }
}
