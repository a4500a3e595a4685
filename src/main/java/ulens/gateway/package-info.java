/** The composition root: wires the parts, starts and stops them. The parts do not depend on it. */
@NullMarked
package ulens.gateway;

import org.jspecify.annotations.NullMarked;
