# `make` lists what there is. Needed beforehand: Rust 1.95 or newer with a C compiler, Node 20.19 or
# newer; from Debian's packages, where there is none, `make test` and `make bench` install two browsers, the former
# a Redis, a ClamAV, a PostgreSQL and a systemd, the latter an nginx, a PostgreSQL, sqlite3 and, from PyPI, magic-wormhole.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
CHROMIUM ?= /usr/bin/chromium
FIREFOX ?= /usr/bin/firefox-esr
REDIS := /usr/bin/redis-server
POSTGRES := /usr/lib/postgresql
CLAMD := /usr/sbin/clamd
NGINX := /usr/sbin/nginx
SQLITE := /usr/bin/sqlite3
WORMHOLE := .tools/wormhole/bin
SYSTEMD_ANALYZE := /usr/bin/systemd-analyze

FRONTEND_SOURCES = $(shell git ls-files -co --exclude-standard frontend)

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: frontend/dist/index.html ## Build everything and serve on PORT (5001)
	$(CARGO) build --release --locked -p sharesync-server
	exec $(TARGET)/release/sharesync-server

.PHONY: build
build: frontend/dist/index.html ## Leave sharesync-server and sharesync in target/release
	$(CARGO) build --release --locked

.PHONY: dist
dist: build ## Leave Debian packages and archives, with their checksums, in dist
	infra/dist.sh $(TARGET)/release dist

.PHONY: dev
dev: frontend/node_modules/.installed ## Serve with reload: pages on 5173, the server on PORT
	$(CARGO) build --locked -p sharesync-server
	trap 'kill $$(jobs -p)' EXIT; \
	HOST=127.0.0.1 $(TARGET)/debug/sharesync-server & \
	cd frontend && SHARESYNC_SERVER=http://127.0.0.1:$${PORT:-5001} npm run dev

.PHONY: test
test: lint test-rust test-frontend test-e2e test-dist ## Check and test everything, installing what it needs

.PHONY: lint
lint: lint-rust lint-licences lint-frontend lint-e2e ## Formatting, lints, types, licences

.PHONY: lint-rust
lint-rust:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

.PHONY: lint-licences
lint-licences: .tools/bin/cargo-deny
	$(CARGO) fetch --locked # other platforms' crates too, which no build has brought
	.tools/bin/cargo-deny --offline --log-level error check bans licenses sources

.PHONY: lint-frontend
lint-frontend: frontend/node_modules/.installed
	cd frontend && npm run --silent check

.PHONY: lint-e2e
lint-e2e: e2e/node_modules/.installed
	cd e2e && npm run --silent check

.PHONY: test-rust
test-rust: frontend/dist/index.html $(REDIS) $(POSTGRES) $(CLAMD)
	$(CARGO) test --locked --workspace
	# Of the whole workspace, though it is two crates' affair: else all of it is built anew with other features.
	SHARESYNC_TEST_DATABASE=postgres SHARESYNC_TEST_ENCRYPTION=1 SHARESYNC_TEST_BUCKET=1 \
		$(CARGO) test --locked --workspace --lib --test api

.PHONY: test-frontend
test-frontend: frontend/node_modules/.installed
	cd frontend && npm test --silent

.PHONY: test-e2e
test-e2e: frontend/dist/index.html e2e/node_modules/.installed $(CHROMIUM) $(FIREFOX) $(REDIS) $(POSTGRES) $(CLAMD) lab-tools programs
	projects='--project=pages --project=firefox-sends --project=firefox-receives --project=server-rung'; \
	if node e2e/lab/allowed.mjs; then \
		$(CARGO) build --locked -p sharesync-line; \
		projects+=' --project=network'; \
	fi; \
	cd e2e && CHROMIUM=$(CHROMIUM) FIREFOX=$(FIREFOX) npm test --silent -- $$projects

.PHONY: test-dist
test-dist: programs $(SYSTEMD_ANALYZE)
	SHARESYNC_PROGRAMS=$(abspath $(TARGET))/debug node --test --test-reporter spec e2e/packages/packages.test.mjs

# What stories and packages are told of.
.PHONY: programs
programs: frontend/dist/index.html
	$(CARGO) build --locked -p sharesync-server -p sharesync-signaling -p sharesync-test-bucket -p sharesync

.PHONY: bench
bench: frontend/dist/index.html e2e/node_modules/.installed $(CHROMIUM) $(FIREFOX) $(WORMHOLE)/wormhole $(NGINX) $(SQLITE) $(POSTGRES) lab-tools ## Measure speed and size against yardsticks (PARTS=…)
	$(CARGO) build --release --locked -p sharesync-server -p sharesync-test-bucket -p sharesync -p sharesync-bare-channel
	if node e2e/lab/allowed.mjs; then $(CARGO) build --release --locked -p sharesync-line; fi
	SHARESYNC_LINE_BIN=$(abspath $(TARGET))/release/sharesync-line \
		SHARESYNC_TEST_BUCKET_BIN=$(abspath $(TARGET))/release/sharesync-test-bucket \
		SHARESYNC_BIN=$(abspath $(TARGET))/release/sharesync \
		BARE_CHANNEL_BIN=$(abspath $(TARGET))/release/sharesync-bare-channel \
		WORMHOLE=$(WORMHOLE) CHROMIUM=$(CHROMIUM) FIREFOX=$(FIREFOX) \
		node e2e/bench/run.mjs $(TARGET)/release/sharesync-server $(PARTS)

.PHONY: generate
generate: frontend/node_modules/.installed ## Write the API description and the types made from it
	$(CARGO) run --quiet --locked -p sharesync-server -- openapi > docs/openapi.json
	cd frontend && npm run --silent generate

.PHONY: format
format: frontend/node_modules/.installed e2e/node_modules/.installed ## Format everything
	$(CARGO) fmt --all
	cd frontend && npm run --silent format
	cd e2e && npm run --silent format

.PHONY: clean
clean: ## Remove everything that was built
	$(CARGO) clean
	rm -rf dist frontend/dist frontend/node_modules e2e/node_modules .tools

%/node_modules/.installed: %/package-lock.json
	cd $* && npm ci --no-audit --no-fund
	touch $@

frontend/dist/index.html: frontend/node_modules/.installed $(FRONTEND_SOURCES)
	cd frontend && npm run --silent build
	touch $@

.tools/bin/cargo-deny:
	$(CARGO) install --quiet --locked --root .tools cargo-deny@0.20.2

# Browsers for the tests, where the machine has none.
$(CHROMIUM):
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core

$(FIREFOX):
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends firefox-esr

# A Redis, a PostgreSQL and a ClamAV for the tests to start, where the machine has none. Debian would start one by itself.
$(REDIS):
	$(call install_unstarted,redis-server)

$(POSTGRES):
	$(call install_unstarted,postgresql)

$(CLAMD):
	$(call install_unstarted,clamav-daemon)

# What downloads are measured beside.
$(NGINX):
	$(call install_unstarted,nginx-light curl)

# What the benchmark fills a library by.
$(SQLITE):
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends sqlite3

define install_unstarted
apt-get update -qq
policy=/usr/sbin/policy-rc.d; \
if [ ! -e $$policy ]; then \
	trap "rm -f $$policy" EXIT; \
	printf '#!/bin/sh\nexit 101\n' > $$policy && chmod +x $$policy; \
fi; \
apt-get install -y -qq --no-install-recommends $(1)
endef

# What the command is measured beside.
$(WORMHOLE)/wormhole:
	if ! python3 -c 'import ensurepip'; then apt-get update -qq; apt-get install -y -qq --no-install-recommends python3-venv; fi
	python3 -m venv .tools/wormhole
	$(WORMHOLE)/pip install --quiet magic-wormhole==0.24.0 magic-wormhole-mailbox-server==0.8.0

# What looks at the units.
$(SYSTEMD_ANALYZE):
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends systemd

# What the network laboratory is made with. Where it cannot be installed, the laboratory says what is missing.
.PHONY: lab-tools
lab-tools:
	@if [ "$$(id -u)" = 0 ] && ! { command -v ip && command -v nft; } > /dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends iproute2 nftables || true; \
	fi
	@if [ "$$(id -u)" = 0 ] && ! { command -v turnserver && command -v openssl; } > /dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends coturn openssl || true; \
		systemctl disable --quiet --now coturn 2> /dev/null || true; \
	fi
