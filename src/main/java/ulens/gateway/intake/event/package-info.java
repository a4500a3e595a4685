/**
 * Parses events of producers: from the bytes of a message body to the fields of a row, or to the reason why it can
 * never become one. {@link ulens.gateway.intake.event.EventParser} reads a body in one pass;
 * {@link ulens.gateway.intake.event.EventCheck} only tells whether intake would accept it.
 */
@NullMarked
package ulens.gateway.intake.event;

import org.jspecify.annotations.NullMarked;
