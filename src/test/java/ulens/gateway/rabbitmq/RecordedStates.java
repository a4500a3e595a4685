package ulens.gateway.rabbitmq;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a connection listener is told. */
final class RecordedStates implements ConnectionListener {

    final List<String> changes = new CopyOnWriteArrayList<>();
    final List<String> reasons = new CopyOnWriteArrayList<>();

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
