/**
 * A Helidon Messaging connector for RabbitMQ (and other AMQP 0-9-1 brokers, within the common subset). Usable without
 * the rest of this project.
 * <h2>A complete example</h2> Takes orders from a queue, publishes an invoice for each, and acknowledges the order when
 * the broker has confirmed the invoice:
 *
 * <pre>{@code
 * Topology topology = new Topology(List.of(new Topology.Exchange("shop", "topic", true)),
 *         List.of(new Topology.Queue("orders", true, Map.of())),
 *         List.of(new Topology.Binding("orders", "shop", "order.*")));
 * RabbitMqConnector connector = RabbitMqConnector.builder().uri("amqp://guest:guest@localhost:5672")
 *         .connectionName("invoices").topology(topology).build();
 *
 * Channel<byte[]> orders = Channel.<byte[]> builder().name("orders")
 *         .publisherConfig(RabbitMqConnector.configBuilder().queue("orders").prefetch(100).build()).build();
 * Channel<Publication> invoices = Channel.<Publication> builder().name("invoices")
 *         .subscriberConfig(RabbitMqConnector.configBuilder().build()).build();
 * ConfirmedPublisher publisher = ConfirmedPublisher.create(invoices);
 *
 * Messaging messaging = Messaging.builder().connector(connector).emitter(publisher.emitter())
 *         .subscriber(orders,
 *                 ReactiveStreams.<Message<byte[]>> builder()
 *                         .forEach(order -> publisher
 *                                 .publish(Publication.persistent("shop", "invoice.new", order.getPayload()))
 *                                 .whenComplete((done, failure) -> {
 *                                     if (failure == null) {
 *                                         order.ack();
 *                                     } else {
 *                                         order.nack(failure); // back into the queue
 *                                     }
 *                                 }))
 *                         .build())
 *         .build();
 * messaging.start();
 * // ... and at the end: messaging.stop();
 * }</pre>
 *
 * An incoming channel is a reactive-streams publisher of {@link ulens.gateway.rabbitmq.RabbitMqMessage}; a subscriber
 * of one's own may ask for as many as it can hold, cast, and settle many at once with
 * {@link ulens.gateway.rabbitmq.RabbitMqMessage#ackThrough()}. Channels can be configured in Helidon Config instead:
 *
 * <pre>{@code
 * mp.messaging.incoming.orders:
 *   connector: ulens-rabbitmq
 *   queue: orders
 *   prefetch: 100
 * mp.messaging.outgoing.invoices:
 *   connector: ulens-rabbitmq
 * }</pre>
 *
 * <h2>Attributes of a channel</h2>
 * <table>
 * <caption>Attributes</caption>
 * <tr>
 * <th>attribute</th>
 * <th>direction</th>
 * <th>default</th>
 * <th>meaning</th>
 * </tr>
 * <tr>
 * <td>{@code connector}</td>
 * <td>both</td>
 * <td>required</td>
 * <td>{@code ulens-rabbitmq}</td>
 * </tr>
 * <tr>
 * <td>{@code queue}</td>
 * <td>incoming</td>
 * <td>required</td>
 * <td>queue to consume from</td>
 * </tr>
 * <tr>
 * <td>{@code prefetch}</td>
 * <td>incoming</td>
 * <td>500</td>
 * <td>1 to 65535: most messages out of the queue and not settled. They wait in memory for demand or are in the
 * subscriber's hands; nothing else is buffered. Memory: this times the largest body</td>
 * </tr>
 * <tr>
 * <td>{@code max-unconfirmed}</td>
 * <td>outgoing</td>
 * <td>1000</td>
 * <td>most messages published and not confirmed; the sender then waits</td>
 * </tr>
 * </table>
 * <h2>What to rely on</h2>
 * <ul>
 * <li>At least once, both ways. A message not settled when its connection or channel is lost is delivered again;
 * settling the old copy does nothing. A publication whose confirm was lost fails with
 * {@link ulens.gateway.rabbitmq.PublishFailedException.Reason#CONNECTION_LOST}: repeat it with the same message
 * id.</li>
 * <li>The topology is declared on every connect and after every lost channel. A refused declaration is logged by the
 * name of the queue or exchange and tried again; nothing is consumed or published on a new connection until it is
 * accepted.</li>
 * <li>The connector recovers by itself, for ever: broker away (also at the start), connection lost (heartbeats of 10
 * s), channel closed, consumer cancelled because the queue was deleted. Pauses grow from the recovery interval to five
 * times that.</li>
 * <li>{@code onNext} is called on a virtual thread, one call at a time. It should not block for long: what the broker
 * sends meanwhile waits behind it. What hangs on a stage of
 * {@link ulens.gateway.rabbitmq.ConfirmedPublisher#publish(Publication)} may block. Stages of different publications
 * complete in any order.</li>
 * <li>Consuming and publishing have a connection each: a broker short of memory or disk stops reading from connections
 * that publish, and acks must not be stuck behind that. Publishers then wait until the broker is well again.</li>
 * <li>{@code nack} puts a message back into the queue at once. Dead letters and delayed repeats are the application's:
 * publish a copy, wait for the confirm, ack the original.</li>
 * <li>Credentials are never logged.</li>
 * </ul>
 * <h2>Knobs that are missing on purpose</h2> Auto-ack, non-confirmed publishing, transactions, exclusive and
 * auto-delete queues, nack without requeue, a global prefetch: each of them loses messages or works differently on
 * other brokers.
 * <p>
 * On Apache Qpid Broker-J: a consumer whose queue is deleted is not told, so it is not mended until the next reconnect;
 * an unroutable mandatory message may fail as {@code NACKED} instead of {@code UNROUTABLE}.
 */
package ulens.gateway.rabbitmq;
