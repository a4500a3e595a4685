package ulens.gateway.config;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the URLs of the broker as operators write them. */
public final class BrokerUrls {
    private static final Pattern NEXT = Pattern.compile(",\\s*(?=amqps?://)", Pattern.CASE_INSENSITIVE);
    private static final Map<String, Integer> PORTS = Map.of("amqp", 5672, "amqps", 5671);
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final List<String> NUMBERS = List.of("heartbeat", "connection_timeout", "channel_max", "channelMax",
            "frame_max", "frameMax");

    private BrokerUrls() {
    }

    /**
     * Reads one or several URLs, separated by commas, each with one or several hosts: the members of one cluster.
     *
     * @param text
     *            {@code amqp://user:password@host:port,host:port/vhost}
     *
     * @return a strict AMQP URI for each host
     *
     * @throws UnusableUrlException
     *             if a URL can't be used; the message names the wrong part
     */
    public static List<String> parse(String text) {
        return NEXT.splitAsStream(text).flatMap(BrokerUrls::each).toList();
    }

    private static Stream<String> each(String text) {
        ServerUrl url = ServerUrl.parse(text);
        if (!PORTS.containsKey(url.scheme())) {
            throw new UnusableUrlException("the scheme is not amqp or amqps");
        }
        if (url.hosts().isEmpty()) {
            throw new UnusableUrlException("the host is missing");
        }
        String vhost = url.path().orElse("");
        if (vhost.contains("/")) {
            throw new UnusableUrlException("the virtual host has a slash; expected it to be written %2F");
        }
        NUMBERS.stream().filter(name -> url.parameters().containsKey(name))
                .filter(name -> !NUMBER.matcher(url.parameters().get(name)).matches()).findFirst().ifPresent(name -> {
                    throw new UnusableUrlException(name + " is not a number");
                });
        String login = url.user()
                .map(user -> ServerUrl.encoded(user)
                        + url.password().map(password -> ":" + ServerUrl.encoded(password)).orElse("") + "@")
                .orElse("");
        String tail = (vhost.isEmpty() ? "" : "/" + ServerUrl.encoded(ServerUrl.decoded(vhost)))
                + (url.parameters().isEmpty() ? ""
                        : url.parameters().entrySet().stream()
                                .map(each -> each.getKey() + "=" + ServerUrl.encoded(each.getValue()))
                                .collect(Collectors.joining("&", "?", "")));
        return url.hosts().stream()
                .map(host -> url.scheme() + "://" + login + host.text(PORTS.get(url.scheme())) + tail);
    }
}
