package ulens.gateway.session;

import ulens.gateway.inbox.Receipt;

import java.util.LinkedHashMap;
import java.util.Map;

/** Makes the acks that the contract with clients specifies. */
final class Answer {
    private Answer() {
    }

    static Map<String, Object> subscribed(long unread) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", true);
        answer.put("unreadCount", unread);
        return answer;
    }

    static Map<String, Object> synced(long replayed, long unread) {
        Map<String, Object> news = new LinkedHashMap<>();
        news.put("replayed", replayed);
        news.put("unreadCount", unread);
        return news;
    }

    static Map<String, Object> read(Receipt receipt) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", true);
        answer.put("notificationIds", receipt.notificationIds());
        answer.put("readAt", IsoTime.of(receipt.readAt()));
        answer.put("unreadCount", receipt.unread());
        if (!receipt.unknownIds().isEmpty()) {
            answer.put("unknownIds", receipt.unknownIds());
        }
        return answer;
    }

    static Map<String, Object> toOthers(Receipt receipt) {
        Map<String, Object> news = new LinkedHashMap<>();
        news.put("notificationIds", receipt.changed());
        news.put("readAt", IsoTime.of(receipt.readAt()));
        news.put("unreadCount", receipt.unread());
        return news;
    }

    static Map<String, Object> failed(String code, String message) {
        return Map.of("ok", false, "error", Map.of("code", code, "message", message));
    }
}
