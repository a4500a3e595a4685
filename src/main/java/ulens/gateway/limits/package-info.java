/**
 * Limits on what one peer may ask for, and the address by which that peer is known. A library: it knows nothing of
 * sockets, sessions or notifications.
 * <p>
 * {@link ulens.gateway.limits.ClientAddress} finds the address of a client behind proxies that
 * {@link ulens.gateway.limits.ProxyTrust} names. {@link ulens.gateway.limits.TokenBuckets} limit how much it may ask
 * for, {@link ulens.gateway.limits.LimitedLog} how much of that is logged.
 */
@NullMarked
package ulens.gateway.limits;

import org.jspecify.annotations.NullMarked;
