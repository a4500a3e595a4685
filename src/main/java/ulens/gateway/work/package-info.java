/**
 * The only place that owns long-lived threads.
 * <ul>
 * <li>A {@link ulens.gateway.work.Loop} runs a step again and again. Nothing that the step throws ends it, an
 * {@link java.lang.Error} included; it ends when it is closed, and then only.
 * <li>A {@link ulens.gateway.work.GroupWriter} gathers what many threads have to write and writes it together.
 * <li>An {@link ulens.gateway.work.Errand} is short work on a thread of its own. What it throws is not lost: whoever
 * sends it says what becomes of its own state then.
 * <li>A {@link ulens.gateway.work.Timer} runs something once, later.
 * <li>A {@link ulens.gateway.work.Backoff} says how long the pauses between attempts are.
 * <li>A {@link ulens.gateway.work.Task} is the name under which all of these are counted, logged and watched. Health
 * and metrics ask {@link ulens.gateway.work.Task#all()}.
 * </ul>
 * A library: it knows nothing of what the work is about, and every other package may use it. Tasks are known for the
 * whole process, as loggers and meters are, so that a library that has a loop needs no further wiring to be watched.
 */
@NullMarked
package ulens.gateway.work;

import org.jspecify.annotations.NullMarked;
