package ulens.gateway.engineio;

import ulens.gateway.engineio.inbound.InboundBudget;
import ulens.gateway.engineio.packet.Overflow;
import ulens.gateway.engineio.request.Handshake;
import ulens.gateway.limits.LimitedLog;
import ulens.gateway.work.Task;
import ulens.gateway.work.TimerWheel;

import java.util.concurrent.TimeUnit;

/**
 * The objects that all sessions of a server share.
 *
 * @param config
 *            the settings
 * @param acceptor
 *            makes the application's side of each session
 * @param wheel
 *            timer for their deadlines
 * @param proofPace
 *            decides how long their proofs of receipt may be put off
 * @param budget
 *            memory for input that is not handled yet
 * @param overflow
 *            bytes that are queued beyond their soft limits
 * @param lines
 *            log for lines that peers can cause
 */
record SessionContext(EngineConfig config, SessionAcceptor acceptor, TimerWheel wheel, ProofPace proofPace,
        InboundBudget budget, Overflow overflow, LimitedLog lines) {

    private static final System.Logger LOGGER = System.getLogger(SessionContext.class.getName());
    private static final long LONGEST_UPGRADE = TimeUnit.SECONDS.toNanos(10);
    private static final int OVERFLOW_PART = 4;

    static SessionContext create(EngineConfig config, SessionAcceptor acceptor, InboundBudget budget) {
        return new SessionContext(config, acceptor, TimerWheel.start(Task.of(LOGGER, "[GATEWAY][WS]", "deadlines")),
                new ProofPace(config), budget,
                new Overflow(config.queue().softLimit(), Runtime.getRuntime().maxMemory() / OVERFLOW_PART),
                new LimitedLog(LOGGER, "[GATEWAY][WS] sessions refused or too slow"));
    }

    /** {@return nanoseconds that a client may take to upgrade} */
    long upgradeTimeout() {
        return Math.min(LONGEST_UPGRADE, config.heartbeat().interval().plus(config.heartbeat().timeout()).toNanos());
    }

    void log(String what, Handshake peer) {
        lines.log(System.Logger.Level.INFO, "[GATEWAY][WS] {0}, peer {1}", what, peer.remoteAddress());
    }
}
