package ulens.gateway.bench;

import java.util.List;
import java.util.OptionalDouble;

/** Bars for the measures that are rates: one group each, one bar for each peer that was measured. */
final class Picture {
    private static final int WIDTH = 760;
    private static final int LEFT = 150;
    private static final int BAR = 18;
    private static final int GAP = 34;
    private static final int LONGEST = 460;
    private static final List<Peer.Kind> KINDS = List.of(Peer.Kind.GATEWAY, Peer.Kind.SEED, Peer.Kind.DURABLE,
            Peer.Kind.CEILING);

    private final Figures figures;

    Picture(Figures figures) {
        this.figures = figures;
    }

    String svg() {
        StringBuilder bars = new StringBuilder();
        int y = GAP;
        for (String measure : Report.pictured()) {
            double most = KINDS.stream().map(kind -> figures.median(measure, kind)).filter(OptionalDouble::isPresent)
                    .mapToDouble(OptionalDouble::getAsDouble).max().orElse(0);
            if (most == 0) {
                continue;
            }
            bars.append("<text x=\"8\" y=\"%d\" font-weight=\"bold\">%s, per second</text>\n".formatted(y, measure));
            for (Peer.Kind kind : KINDS) {
                OptionalDouble median = figures.median(measure, kind);
                if (median.isPresent()) {
                    y += BAR + 4;
                    bars.append(bar(kind, y, median.getAsDouble(), median.getAsDouble() / most));
                }
            }
            y += GAP;
        }
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" \
                font-family="sans-serif" font-size="13">
                <rect width="100%%" height="100%%" fill="white"/>
                %3$s</svg>
                """.formatted(WIDTH, y, bars);
    }

    private static String bar(Peer.Kind kind, int y, double figure, double share) {
        int length = (int) Math.max(1, share * LONGEST);
        return """
                <text x="%d" y="%d" text-anchor="end">%s</text>
                <rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>
                <text x="%d" y="%d">%s</text>
                """.formatted(LEFT - 8, y, kind.title(), LEFT, y - BAR + 4, length, BAR,
                kind == Peer.Kind.GATEWAY ? "#1f6feb" : "#9aa4b2", LEFT + length + 6, y, Report.number(figure));
    }
}
