package ulens.gateway;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.stream.Stream;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/** The arrows of the design hold: which package may know which. */
class ArchitectureTest {
    private static final String ROOT = "ulens.gateway";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(ROOT);

    @ParameterizedTest(name = "{0} may know [{1}] of ours")
    @CsvSource(nullValues = "-", value = { "engineio,-", "socketio,engineio", "auth,-", "delivery,-", "receipts,-",
            "rabbitmq,-", "outbox,-", "ops,-", "dev,-", "intake,delivery;rabbitmq",
            "session,socketio;engineio;auth;delivery;receipts" })
    void aPackageKnowsOnlyWhatItMay(String from, String allowed) {
        String[] ours = Stream
                .concat(Stream.of(from), allowed == null ? Stream.empty() : Arrays.stream(allowed.split(";")))
                .map(name -> ROOT + "." + name + "..").toArray(String[]::new);
        String[] others = Stream
                .of("engineio", "socketio", "auth", "delivery", "receipts", "rabbitmq", "outbox", "ops", "dev",
                        "intake", "session")
                .map(name -> ROOT + "." + name + "..").filter(name -> !Arrays.asList(ours).contains(name))
                .toArray(String[]::new);
        noClasses().that().resideInAPackage(ROOT + "." + from + "..").should().dependOnClassesThat()
                .resideInAnyPackage(others).orShould().dependOnClassesThat().resideInAPackage(ROOT).check(CLASSES);
    }

    @Test
    void thereIsNoPackageThatTheDesignDoesNotName() {
        classes().should()
                .resideInAnyPackage(ROOT, ROOT + ".engineio", ROOT + ".socketio", ROOT + ".auth", ROOT + ".delivery",
                        ROOT + ".receipts", ROOT + ".rabbitmq", ROOT + ".outbox", ROOT + ".ops", ROOT + ".dev",
                        ROOT + ".intake", ROOT + ".session")
                .check(CLASSES);
    }

    @Test
    void nothingIsAManagerAHelperOrAUtil() {
        noClasses().should().haveSimpleNameEndingWith("Manager").orShould().haveSimpleNameEndingWith("Helper")
                .orShould().haveSimpleNameEndingWith("Util").orShould().haveSimpleNameEndingWith("Utils")
                .check(CLASSES);
    }
}
