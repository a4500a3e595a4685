package ulens.gateway.database;

import org.jspecify.annotations.Nullable;

/** The database can't be used, and waiting does not help. The message says why, without secrets. */
public final class DatabaseRefusedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    DatabaseRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
