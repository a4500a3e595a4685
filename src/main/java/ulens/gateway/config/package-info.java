/**
 * The settings: one tree, {@link ulens.gateway.config.GatewayConfig}, read and checked at the start and used as it is
 * by the parts. A problem names the setting and never shows a secret.
 */
@NullMarked
package ulens.gateway.config;

import org.jspecify.annotations.NullMarked;
