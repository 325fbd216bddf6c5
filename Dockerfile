# Two stages: build on Go's image, run on Debian's smallest with Chromium and an init.
# The base images are arguments, so that the image can be built on a mirror or on a base of one's own.
ARG BUILD_IMAGE=golang:1.26-bookworm
ARG RUNTIME_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
ENV CGO_ENABLED=0
RUN go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/outrider ./cmd/outrider \
 && go build -trimpath -ldflags "-s -w" -o /out/shopd ./examples/shop/shopd

# The example shop, for compose.yaml only: docker build --target shop .
FROM ${RUNTIME_IMAGE} AS shop
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10002 --home-dir /srv/shop --shell /usr/sbin/nologin shop \
 && install -d -o shop -g shop /srv/shop /srv/shop/ca
COPY --from=build /out/shopd /usr/local/bin/shopd
USER 10002:10002
WORKDIR /srv/shop
ENTRYPOINT ["tini", "--", "shopd"]

FROM ${RUNTIME_IMAGE} AS outrider
# tini reaps what a dying browser leaves. chromium-sandbox is not installed: its setuid helper is the old way
# into the sandbox, which a container with no-new-privileges refuses; user namespaces are the way used here
# (docs/operations.md says what the container needs for them).
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      ca-certificates chromium-headless-shell fonts-dejavu-core fonts-liberation fonts-noto-color-emoji tini tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin outrider \
 && install -d -o outrider -g outrider /data
COPY --from=build /out/outrider /usr/local/bin/outrider
# The number, not the name, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 9480
STOPSIGNAL SIGTERM
# Whoever listens elsewhere, or with TLS, says so here too.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/9480 && printf 'GET /-/healthy HTTP/1.0\\r\\n\\r\\n' >&3 && read -r answer <&3 && [[ $answer == *' 200 '* ]]"]
ENTRYPOINT ["tini", "--", "outrider"]
CMD ["serve", "-c", "/etc/outrider/outrider.yaml"]
