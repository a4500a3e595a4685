/** The namespace {@code /ws}: authenticates, subscribes, resumes clients and takes read receipts. */
@NullMarked
package ulens.gateway.session;

import org.jspecify.annotations.NullMarked;
