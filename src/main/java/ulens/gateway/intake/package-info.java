/**
 * From the broker to the database: an event becomes a checked notification, notifications become a batch, and a batch
 * becomes rows. No message is acknowledged before its row is committed or its dead letter is confirmed.
 */
package ulens.gateway.intake;
