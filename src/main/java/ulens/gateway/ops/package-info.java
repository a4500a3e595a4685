/** What operators look at: health and metrics. */
package ulens.gateway.ops;
