/** What must exist on the broker, and its declaration on each new connection and after each lost channel. */
@NullMarked
package ulens.gateway.rabbitmq.topology;

import org.jspecify.annotations.NullMarked;
