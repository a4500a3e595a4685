/** The two listeners of the gateway, one for clients and one for operators: addresses, ports, limits, start. */
@NullMarked
package ulens.gateway.web;

import org.jspecify.annotations.NullMarked;
