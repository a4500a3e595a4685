/** What must exist on the broker, and its declaration on each new connection and after each lost channel. */
package ulens.gateway.rabbitmq.topology;
