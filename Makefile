# Every target can be run again at any time; each does its own set-up.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)
BIN     := bin/migdalor
DATA    ?= data
ADDR    ?= 127.0.0.1:8080
TOOL    := go tool -modfile=tools/go.mod

say = printf '\033[1m==>\033[0m %s\n'

.PHONY: help
help: ## show the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: web $(BIN) ## check the prerequisites, build the console and the program

.PHONY: prerequisites
prerequisites:
	@scripts/prerequisites.sh

.PHONY: web
web: prerequisites ## build the console
	@scripts/node-modules.sh web
	@if [ ! -f web/dist/index.html ] || [ -n "$$(find web/src web/index.html web/package-lock.json web/vite.config.ts internal/crisis/labels.json -newer web/dist/index.html -print -quit)" ]; then \
		$(say) "building the console"; (cd web && npm run --silent build); fi

.PHONY: $(BIN)
# No -trimpath: it would compile the engine a second time beside the tests' cache.
$(BIN): prerequisites
	@$(say) "building $(BIN) (the first build compiles the workflow engine: some minutes)"
	@go build -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/migdalor

.PHONY: run
run: setup ## set everything up and serve Migdalor with the demonstration agency
	@$(BIN) serve --data $(DATA) --addr $(ADDR) --demo

.PHONY: dev
dev: $(BIN) ## serve the API, and the console with instant reload on :5173
	@scripts/node-modules.sh web
	@$(BIN) serve --data $(DATA) --addr $(ADDR) --demo & server=$$!; trap "kill $$server" EXIT; cd web && MIGDALOR_ADDR=$(ADDR) npm run dev

.PHONY: test
test: test-prerequisites web ## set everything up and run every test
	@$(say) "vet"
	@go vet ./...
	@$(say) "console: types, lint, unit tests"
	@cd web && npm run --silent lint && npm test --silent
	@$(say) "Go tests"
	@go test -timeout 40m ./...
	@go test -C deploy/check ./...
	@$(MAKE) --no-print-directory e2e

.PHONY: test-prerequisites
test-prerequisites:
	@scripts/prerequisites.sh test

.PHONY: e2e
e2e: test-prerequisites web $(BIN) ## walk through the console in a real browser
	@scripts/node-modules.sh e2e/browser
	@$(say) "browser journey"
	@cd e2e/browser && MIGDALOR=$(CURDIR)/$(BIN) node --test --test-concurrency=1

.PHONY: peers
peers: test-prerequisites ## publish to a real Bluesky server, installed from npm (some minutes)
	@./e2e/bluesky/setup.sh
	@go test -tags peers -count=1 -timeout 15m ./e2e/bluesky/...

.PHONY: lint
lint: prerequisites ## run the linters and the workflow checker
	@$(TOOL) golangci-lint run ./...
	@$(TOOL) workflowcheck ./workflows/...
	@scripts/node-modules.sh web
	@cd web && npm run --silent lint

.PHONY: bench
bench: $(BIN) ## measure against stated baselines in the same run
	@go test -run '^$$' -bench . -benchtime 3s -timeout 30m ./bench/...

.PHONY: clean
clean: ## remove what was built (never the data)
	@rm -rf bin web/node_modules e2e/browser/node_modules e2e/bluesky/node_modules
	@find web/dist -mindepth 1 -not -name .keep -delete
