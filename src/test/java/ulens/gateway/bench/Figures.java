package ulens.gateway.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The results: for each measure and peer one figure per round, and their median. */
final class Figures {
    private final Map<String, Map<Peer.Kind, List<Double>>> all = new LinkedHashMap<>();

    void add(String measure, Peer.Kind kind, double figure) {
        all.computeIfAbsent(measure, _ -> new EnumMap<>(Peer.Kind.class)).computeIfAbsent(kind, _ -> new ArrayList<>())
                .add(figure);
        System.out.printf("  %-48s %-26s %,12.1f%n", measure, kind.title(), figure);
    }

    /** Adds one measure of other figures under another name. */
    void addAll(String name, String measure, Figures others) {
        all.put(name, others.all.get(measure));
    }

    List<String> measures() {
        return List.copyOf(all.keySet());
    }

    /** {@return the median over the rounds; empty if this was not measured} */
    OptionalDouble median(String measure, Peer.Kind kind) {
        double[] sorted = all.getOrDefault(measure, Map.of()).getOrDefault(kind, List.of()).stream()
                .mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(sorted[sorted.length / 2]);
    }

    /** {@return lowest and highest of the rounds} */
    double[] range(String measure, Peer.Kind kind) {
        double[] sorted = all.get(measure).get(kind).stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new double[] { sorted[0], sorted[sorted.length - 1] };
    }

    /** {@return the median of the ratios of two peers, round by round} */
    OptionalDouble ratio(String measure, Peer.Kind of, Peer.Kind to) {
        double[] ratios = ratios(measure, of, to);
        return ratios.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(ratios[ratios.length / 2]);
    }

    /** {@return the ratios of two peers, round by round, ascending; none if one was not measured} */
    double[] ratios(String measure, Peer.Kind of, Peer.Kind to) {
        List<Double> mine = all.getOrDefault(measure, Map.of()).getOrDefault(of, List.of());
        List<Double> others = all.getOrDefault(measure, Map.of()).getOrDefault(to, List.of());
        double[] ratios = new double[Math.min(mine.size(), others.size())];
        Arrays.setAll(ratios, i -> mine.get(i) / others.get(i));
        Arrays.sort(ratios);
        return ratios;
    }
}
