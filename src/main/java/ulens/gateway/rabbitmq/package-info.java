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
 * An incoming channel is a Reactive Streams publisher of {@link ulens.gateway.rabbitmq.incoming.RabbitMqMessage}; a
 * custom subscriber may request as many as it can hold, cast them, and settle many at once with
 * {@link ulens.gateway.rabbitmq.incoming.RabbitMqMessage#ackThrough()}. The rooms: {@code connection} keeps connections
 * up, {@code topology} declares what must exist, {@code incoming} consumes, {@code outgoing} publishes with confirms,
 * {@code headers} makes headers readable. Channels can be configured in Helidon Config instead:
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
 * <h2>What happens when</h2>
 * <dl>
 * <dt>a message is nacked or requeued</dt>
 * <dd>It is back in its queue at once, and is delivered again, perhaps at once: there is no pause, and no limit but the
 * queue's own. Dead letters and later attempts are the application's: publish a copy, wait for the confirm, ack the
 * original.</dd>
 * <dt>the connection or channel is lost</dt>
 * <dd>The connector connects again by itself, for ever (heartbeats every 10 s; pauses grow from the recovery interval
 * to five times that), also if there is no broker at the start. What was not settled is delivered again. Of the old
 * copies, those that still wait for demand are dropped, and those that were handed on are no longer
 * {@link ulens.gateway.rabbitmq.incoming.RabbitMqMessage#live()}: settling them does nothing. Publications whose
 * confirm was lost fail with {@link ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason#CONNECTION_LOST}:
 * repeat them with the same message id.</dd>
 * <dt>the queue is deleted, or the broker cancels the consumer for another reason</dt>
 * <dd>As if the channel were lost: the topology is declared again, and consuming goes on.</dd>
 * <dt>the subscriber cancels, or throws from {@code onNext}</dt>
 * <dd>It gets no more messages. Waiting messages go back to the queue; those that it has in hand can still be
 * settled.</dd>
 * <dt>{@link ulens.gateway.rabbitmq.RabbitMqConnector#cancelConsumers()} is called</dt>
 * <dd>The same for all subscribers, and each gets {@code onComplete}. Publishing goes on.</dd>
 * <dt>{@link ulens.gateway.rabbitmq.RabbitMqConnector#pauseConsumers()} is called</dt>
 * <dd>All that is not settled goes back to the queues, also what the subscribers have in hand, and nothing comes until
 * {@link ulens.gateway.rabbitmq.RabbitMqConnector#resumeConsumers()}.</dd>
 * <dt>the broker is short of memory or disk</dt>
 * <dd>It stops reading from connections that publish; consuming has a connection of its own, so that acks pass.
 * Publications fail at once as not sent. Those that were written before stay open until the alarm is over or the
 * connection is lost.</dd>
 * <dt>the connector stops</dt>
 * <dd>Consumers are cancelled, the connector waits for outstanding confirms (5 s at most), and unsettled messages are
 * back in their queues.</dd>
 * </dl>
 * <h2>What to rely on</h2>
 * <ul>
 * <li>At least once, both ways.</li>
 * <li>The topology is declared on every connect and after every lost channel. A refused declaration is logged by the
 * name of the queue or exchange and tried again; nothing is consumed or published on a new connection until it is
 * accepted. Exchanges and queues that the user may not declare are used as they are if they exist; a refused binding is
 * a warning.</li>
 * <li>{@code onNext} is called on a virtual thread, one call at a time. It should not block for long, since later
 * messages wait behind it. Callbacks of {@link ulens.gateway.rabbitmq.outgoing.ConfirmedPublisher#publish} may block.
 * Stages of different publications complete in any order.</li>
 * <li>A message whose headers the client library can't decode is delivered nevertheless, with the headers that could be
 * read and {@link ulens.gateway.rabbitmq.incoming.RabbitMqMessage#unreadable()}. A publication that can't be encoded or
 * does not fit a frame fails alone, as
 * {@link ulens.gateway.rabbitmq.outgoing.PublishFailedException.Reason#UNFIT}.</li>
 * <li>Credentials are never logged.</li>
 * </ul>
 * <h2>Settings that are missing on purpose</h2> Auto-ack, non-confirmed publishing, transactions, exclusive and
 * auto-delete queues, nack without requeue, a global prefetch: each of them loses messages or works differently on
 * other brokers.
 * <p>
 * On Apache Qpid Broker-J: a consumer whose queue is deleted is not notified, so it does not recover until the next
 * reconnect; an unroutable mandatory message may fail as {@code NACKED} instead of {@code UNROUTABLE}.
 */
@NullMarked
package ulens.gateway.rabbitmq;

import org.jspecify.annotations.NullMarked;
