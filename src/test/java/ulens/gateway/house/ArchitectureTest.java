package ulens.gateway.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import ulens.gateway.socketio.packet.RawJson;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** Packages use only those packages that the design allows. */
@Execution(ExecutionMode.CONCURRENT)
class ArchitectureTest {
    private static final String ROOT = "ulens.gateway";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(ROOT);

    /** Each package with the packages that it may use beside itself and {@code work}; the dev mode may use all. */
    private static final Map<String, List<String>> ARROWS = arrows("""
            work
            metrics
            limits
            http: limits
            websocket
            engineio: limits http websocket
            socketio: engineio limits http
            rabbitmq
            auth
            stream: config metrics database
            inbox: metrics database stream outbox
            outbox: config metrics
            config: limits http engineio socketio
            database: config metrics
            intake: config metrics stream rabbitmq
            recovery: stream
            session: config metrics socketio engineio auth stream inbox limits recovery
            broker: config metrics intake outbox rabbitmq
            web: config metrics http ops
            ops: config metrics http
            process
            extension: config rabbitmq
            """);

    /** Packages within a package, for which its rules hold as well. */
    private static final Set<String> ROOMS = Set.of("engineio.inbound", "engineio.packet", "engineio.request",
            "rabbitmq.connection", "rabbitmq.headers", "rabbitmq.incoming", "rabbitmq.outgoing", "rabbitmq.topology",
            "socketio.packet", "intake.event");

    private static Map<String, List<String>> arrows(String lines) {
        return lines.lines().map(line -> line.split(": ")).collect(Collectors.toMap(line -> line[0],
                line -> List.of(line.length == 1 ? new String[0] : line[1].split(" "))));
    }

    static Stream<Arguments> arrows() {
        return ARROWS.entrySet().stream().map(arrow -> Arguments.of(arrow.getKey(), arrow.getValue()));
    }

    @ParameterizedTest(name = "{0} may know {1} of ours")
    @MethodSource("arrows")
    void aPackageKnowsOnlyWhatItMay(String from, List<String> allowed) {
        String[] others = ARROWS.keySet().stream()
                .filter(name -> !name.equals(from) && !name.equals("work") && !allowed.contains(name))
                .map(name -> ROOT + "." + name + "..").toArray(String[]::new);
        noClasses().that().resideInAPackage(ROOT + "." + from + "..").should().dependOnClassesThat()
                .resideInAnyPackage(others).orShould().dependOnClassesThat().resideInAPackage(ROOT).check(CLASSES);
    }

    @Test
    void thereIsNoPackageThatTheDesignDoesNotName() {
        classes().should()
                .resideInAnyPackage(Stream
                        .of(Stream.of("", ".dev"), ARROWS.keySet().stream().map(name -> "." + name),
                                ROOMS.stream().map(name -> "." + name))
                        .flatMap(Function.identity()).map(ROOT::concat).toArray(String[]::new))
                .check(CLASSES);
    }

    @Test
    void nobodyButEngineIoKnowsItsPackets() {
        noClasses().that().resideOutsideOfPackage(ROOT + ".engineio..").should().dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".engineio.packet..").check(CLASSES);
    }

    @Test
    void nobodyButSocketIoKnowsItsPackets() {
        noClasses().that().resideOutsideOfPackage(ROOT + ".socketio..").should()
                .dependOnClassesThat(resideInAPackage(ROOT + ".socketio.packet..")
                        .and(not(JavaClass.Predicates.equivalentTo(RawJson.class))))
                .check(CLASSES);
    }

    private static SliceAssignment by(String what, Function<JavaClass, String> name) {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                return SliceIdentifier.of(name.apply(javaClass));
            }

            @Override
            public String getDescription() {
                return what;
            }
        };
    }

    @Test
    void noPackagesKnowEachOtherInACircle() {
        slices().assignedFrom(by("packages", JavaClass::getPackageName)).should().beFreeOfCycles().check(CLASSES);
    }

    static Stream<String> packages() {
        return CLASSES.stream().map(JavaClass::getPackageName).distinct().sorted();
    }

    /** Nested classes count as the class around them, since they are in one file. */
    @ParameterizedTest
    @MethodSource("packages")
    void noClassesOfAPackageKnowEachOtherInACircle(String name) {
        slices().assignedFrom(by("files", javaClass -> javaClass.getName().split("\\$")[0])).should().beFreeOfCycles()
                .check(CLASSES.that(resideInAPackage(name)));
    }

    /** The dev mode is in another source root, but in the same compilation, so only this test enforces the rule. */
    @Test
    void whatProductionRunsKnowsNothingOfTheDevModeAndItsLibraries() {
        noClasses().that().resideOutsideOfPackage(ROOT + ".dev..").should().dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".dev..", "org.apache.qpid..", "io.zonky..").check(CLASSES);
    }

    @Test
    void nothingIsAManagerAHelperOrAUtil() {
        noClasses().should().haveSimpleNameEndingWith("Manager").orShould().haveSimpleNameEndingWith("Helper")
                .orShould().haveSimpleNameEndingWith("Util").orShould().haveSimpleNameEndingWith("Utils")
                .check(CLASSES);
    }

    /**
     * Long-lived threads are loops, timers and errands: nothing ends them, and health checks them. The exceptions are
     * the stop itself, and the threads of the broker's client library.
     */
    @Test
    void nobodyButThePackageWorkStartsThreads() {
        noClasses().that().resideOutsideOfPackages(ROOT + ".work..", ROOT + ".dev..").and()
                .doNotHaveFullyQualifiedName(ROOT + ".Main").and()
                .doNotHaveFullyQualifiedName(ROOT + ".process.StopSequence").and()
                .doNotHaveFullyQualifiedName(ROOT + ".rabbitmq.connection.BrokerAddress").should()
                .accessTargetWhere(describe("starts a thread, or makes a timer or pool", access -> {
                    JavaClass owner = access.getTargetOwner();
                    boolean made = access.getName().equals("<init>") && (owner.isAssignableTo(Thread.class)
                            || owner.isAssignableTo(ExecutorService.class) || owner.isAssignableTo(Timer.class));
                    return made || owner.isEquivalentTo(Executors.class) || owner.isEquivalentTo(Thread.class)
                            && Set.of("ofVirtual", "ofPlatform", "startVirtualThread").contains(access.getName());
                })).check(CLASSES);
    }
}
