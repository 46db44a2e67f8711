# The console
FROM node:22-bookworm-slim AS console
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
COPY internal/crisis/labels.json /src/internal/crisis/labels.json
RUN npm run build

# The program, with the console inside
FROM golang:1.26.8-bookworm AS program
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=console /src/web/dist ./web/dist
ARG VERSION=dev
ARG COMMIT=unknown
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION} -X main.commit=${COMMIT}" -o /migdalor ./cmd/migdalor \
 && mkdir -p /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=program /migdalor /usr/local/bin/migdalor
COPY --from=program --chown=nonroot:nonroot /data /data
ENV MIGDALOR_DATA=/data
VOLUME /data
USER nonroot
ENTRYPOINT ["/usr/local/bin/migdalor"]
CMD ["serve", "--addr", "0.0.0.0:8080"]
