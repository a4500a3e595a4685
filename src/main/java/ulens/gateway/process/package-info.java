/** The process: its log, and its orderly stop within a grace period. */
@NullMarked
package ulens.gateway.process;

import org.jspecify.annotations.NullMarked;
