package ulens.gateway.rabbitmq;

import ulens.gateway.rabbitmq.connection.ConnectionListener;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a connection listener is told. */
public final class RecordedStates implements ConnectionListener {

    public final List<String> changes = new CopyOnWriteArrayList<>();
    public final List<String> reasons = new CopyOnWriteArrayList<>();

    @Override
    public void connected() {
        changes.add("connected");
    }

    @Override
    public void disconnected(String reason) {
        changes.add("disconnected");
        reasons.add(reason);
    }
}
