/** Authentication: checks a token and finds its user. */
@NullMarked
package ulens.gateway.auth;

import org.jspecify.annotations.NullMarked;
