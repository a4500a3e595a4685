package ulens.gateway.house;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/** No code depends on the default charset, locale or time zone of the process, and all output goes through the log. */
@Execution(ExecutionMode.CONCURRENT)
class ForbiddenCallsTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("ulens.gateway");
    private static final Set<String> OF_THE_DEFAULT_LOCALE = Set.of("java.lang.String.toLowerCase()",
            "java.lang.String.toUpperCase()", "java.lang.String.format(java.lang.String,java.lang.Object[])",
            "java.lang.String.formatted(java.lang.Object[])", "java.util.Locale.getDefault()",
            "java.io.PrintStream.printf(java.lang.String,java.lang.Object[])",
            "java.io.PrintStream.format(java.lang.String,java.lang.Object[])",
            "java.text.SimpleDateFormat.<init>(java.lang.String)", "java.text.MessageFormat.<init>(java.lang.String)",
            "java.text.MessageFormat.format(java.lang.String,java.lang.Object[])",
            "java.time.format.DateTimeFormatter.ofPattern(java.lang.String)");
    private static final Set<String> OF_THE_DEFAULT_CHARSET = Set.of("java.lang.String.getBytes()",
            "java.lang.String.<init>(byte[])", "java.lang.String.<init>(byte[],int,int)",
            "java.io.ByteArrayOutputStream.toString()", "java.io.InputStreamReader.<init>(java.io.InputStream)",
            "java.io.OutputStreamWriter.<init>(java.io.OutputStream)",
            "java.io.PrintStream.<init>(java.io.OutputStream)", "java.io.FileReader.<init>(java.lang.String)",
            "java.io.FileReader.<init>(java.io.File)", "java.io.FileWriter.<init>(java.lang.String)",
            "java.io.FileWriter.<init>(java.io.File)", "java.util.Scanner.<init>(java.io.InputStream)",
            "java.nio.charset.Charset.defaultCharset()");
    private static final Set<String> OF_THE_DEFAULT_ZONE = Set.of("java.time.ZoneId.systemDefault()",
            "java.util.TimeZone.getDefault()", "java.time.LocalDate.now()", "java.time.LocalDateTime.now()",
            "java.time.ZonedDateTime.now()", "java.time.OffsetDateTime.now()", "java.util.Date.toString()");

    @Test
    void noCallDependsOnTheDefaultLocaleCharsetOrZone() {
        noClasses().should().callCodeUnitWhere(isOneOf(OF_THE_DEFAULT_LOCALE)).orShould()
                .callCodeUnitWhere(isOneOf(OF_THE_DEFAULT_CHARSET)).orShould()
                .callCodeUnitWhere(isOneOf(OF_THE_DEFAULT_ZONE)).check(CLASSES);
    }

    /** Except for a failed start, and the banner of the dev mode. */
    @Test
    void nothingIsWrittenPastTheLog() {
        noClasses().that().doNotHaveFullyQualifiedName("ulens.gateway.Main").and()
                .doNotHaveFullyQualifiedName("ulens.gateway.dev.DevMain").should().accessField(System.class, "out")
                .orShould().accessField(System.class, "err").orShould().callMethod(Throwable.class, "printStackTrace")
                .check(CLASSES);
    }

    /** A misspelt name would forbid nothing. */
    @Test
    void whatIsForbiddenExists() {
        for (Set<String> names : List.of(OF_THE_DEFAULT_LOCALE, OF_THE_DEFAULT_CHARSET, OF_THE_DEFAULT_ZONE)) {
            for (String name : names) {
                JavaClass owner = new ClassFileImporter()
                        .importClass(type(name.substring(0, name.indexOf('(')).replaceFirst("\\.[^.]+$", "")));
                assertThat(owner.getCodeUnits().stream().map(ForbiddenCallsTest::name).collect(Collectors.toSet()))
                        .contains(name);
            }
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException missing) {
            throw new AssertionError(missing);
        }
    }

    private static DescribedPredicate<JavaCall<?>> isOneOf(Set<String> names) {
        return describe("one of " + names, call -> names
                .contains(name(call.getTargetOwner(), call.getName(), call.getTarget().getRawParameterTypes())));
    }

    private static String name(JavaCodeUnit unit) {
        return name(unit.getOwner(), unit.getName(), unit.getRawParameterTypes());
    }

    private static String name(JavaClass owner, String name, List<JavaClass> parameters) {
        return owner.getName() + "." + name
                + parameters.stream().map(type -> readable(type)).collect(Collectors.joining(",", "(", ")"));
    }

    private static String readable(JavaClass type) {
        return type.isArray() ? type.getComponentType().getName() + "[]" : type.getName();
    }
}
