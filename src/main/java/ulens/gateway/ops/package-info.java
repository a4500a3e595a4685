/** What operators look at: health and metrics. */
@NullMarked
package ulens.gateway.ops;

import org.jspecify.annotations.NullMarked;
