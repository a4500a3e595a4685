package ulens.gateway.config;

import ulens.gateway.limits.Rate;

/**
 * Limits on the requests of one user and of each of its sockets.
 *
 * @param authenticationFailures
 *            rate of refused tokens of one address
 * @param connects
 *            rate at which one user may open sockets
 * @param mostSockets
 *            most sockets that one user may have open on this node
 * @param events
 *            rate of events of one socket, known or unknown
 * @param subscribes
 *            rate of subscriptions of one socket
 * @param reads
 *            rate of read receipts of one socket
 */
public record UserRates(Rate authenticationFailures, Rate connects, int mostSockets, Rate events, Rate subscribes,
        Rate reads) {
    static UserRates read(Knobs knobs) {
        return new UserRates(knobs.rate("limit.authentication-failures", Rate.of(1_000, 20)),
                knobs.rate("limit.connects", Rate.of(500, 10)),
                knobs.integer("limit.sockets-per-user", 1_000, 1, 10_000_000),
                knobs.rate("limit.events", Rate.of(10_000, 500)), knobs.rate("limit.subscribes", Rate.of(200, 5)),
                knobs.rate("limit.reads", Rate.of(5_000, 200)));
    }
}
