/** Metrics. Each part of the gateway registers its own meters, and only those. */
@NullMarked
package ulens.gateway.metrics;

import org.jspecify.annotations.NullMarked;
