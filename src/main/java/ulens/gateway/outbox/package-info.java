/** From table {@code outbox} to RabbitMQ, at least once, with publisher confirms. Owns that table. */
package ulens.gateway.outbox;
