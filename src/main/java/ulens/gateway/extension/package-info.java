/** The interface for additions to a gateway from outside, such as the dev mode. */
@NullMarked
package ulens.gateway.extension;

import org.jspecify.annotations.NullMarked;
