# Outrider. `make` lists the targets.

SHELL      := bash
VERSION    ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
STATICCHECK = go tool -modfile=scripts/tools.mod staticcheck

# go test stops a package after this long.
TEST_TIMEOUT ?= 12m
# How often the chaos target kills the monitor.
KILLS ?= 1000
# How many runs each part of the soak makes.
RUNS ?= 1000
# Arguments for the demo, such as ARGS='--listen 127.0.0.1:9999'.
ARGS ?=

.PHONY: help demo test check bench bench-playwright evershop soak chaos build clean install-demo install-test image

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 18

demo: install-demo build ## Start the bundled shop and the whole monitor watching it
	@exec bin/outrider demo $(ARGS)

# Packages are tested side by side, for most of their time is waiting; those that start a browser take turns
# (internal/turns). check has vetted them all.
test: install-test check ## Run everything that CI runs
	go build -race ./...
	go test -race -vet=off -p 4 -parallel 4 -timeout $(TEST_TIMEOUT) ./...

check: ## Format, vet, staticcheck
	@files=$$(find . -name '*.go' -not -path './bin/*' -exec gofmt -l {} +); \
	  test -z "$$files" || { echo "gofmt would change:"; echo "$$files"; exit 1; }
	go vet ./...
	$(STATICCHECK) ./...

bench: install-test ## Run the benchmarks against their baselines
	go test -run '^$$' -bench . -benchmem -timeout 60m ./...

bench-playwright: install-demo ## Measure browser journeys beside Playwright (needs Node and npm)
	@scripts/bench-playwright

evershop: install-demo build ## Run journeys against EverShop, a real shop on PostgreSQL; ARGS=serve keeps it open
	@scripts/evershop $(ARGS)

soak: install-demo ## A thousand browser journeys in one browser, and in browsers that are killed and stopped; RUNS=n
	OUTRIDER_SOAK_RUNS=$(RUNS) go test -run '^$$' -bench 'Steady|Soak|KilledMonitor' -benchtime 1x -timeout 3h ./internal/browserbench

chaos: ## Kill the monitor a thousand times, and worse, for an hour; KILLS=n
	OUTRIDER_CHAOS_KILLS=$(KILLS) go test -run . -count 1 -v -timeout 6h ./internal/chaos

build: ## Build bin/outrider
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/outrider ./cmd/outrider

image: ## Build the container image outrider:VERSION
	docker build --build-arg VERSION=$(VERSION) --tag outrider:$(VERSION) .

clean: ## Remove what make built
	rm -rf bin

install-demo:
	@scripts/install demo

install-test:
	@scripts/install test
