# Built in one stage, run in another: the image holds a JRE, the jar and its libraries. The dev mode is in none of them.
FROM eclipse-temurin:25-jdk AS build
WORKDIR /build
COPY .mvn .mvn
COPY mvnw pom.xml ./
COPY src src
COPY db db
RUN ./mvnw -B -ntp -DskipTests package

FROM eclipse-temurin:25-jre
RUN useradd --system --uid 10001 gateway
WORKDIR /gateway
COPY --from=build /build/target/libs libs
COPY --from=build /build/target/ulens-gateway-*.jar ulens-gateway.jar
COPY --from=build /build/target/java.options java.options
USER gateway
# clients; health and metrics
EXPOSE 3000 3001
# the image has no HTTP client but the shell's own /dev/tcp; a status of 2xx is life
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/${OPS_PORT:-3001} && printf 'GET /observe/health/live HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 2* ]]"]
ENTRYPOINT ["java", "@java.options", "-jar", "ulens-gateway.jar"]
