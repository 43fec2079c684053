# Every step of building, running and checking mjcast. `make help` lists the targets.
#
#   make run ARGS="--port 9000"     flags for `mjcast serve`
#   make test                       all tests; TESTARGS go to the Rust test runner
#
# Rust is built in one profile (release) for running and testing alike: a debug build of the
# encoder and of the renderer's software paths is too slow for either, and the dependencies are
# then built once. Pictures, players and browsers are tested with the daemon that users run.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

CARGO ?= cargo
NPM ?= npm
DESTDIR ?=
PREFIX ?= /usr
PROFILE := --release --locked
# The Rust tests' own code: checked for overflow, and not optimised, which would take most of their time.
TEST_PROFILE := $(PROFILE) --config profile.release.package.mjcast.opt-level=0 \
	--config profile.release.package.mjcast.overflow-checks=true

# The compiler that `cargo clippy` calls makes code as well as it lints. The tests are built with it,
# so that their build is the check, and dependencies are not gone through twice.
LINTING := RUSTC_WORKSPACE_WRAPPER=clippy-driver \
	CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__

# An own MuJoCo tree takes the place of the one that `scripts/mujoco.sh` fetches.
ifdef MUJOCO_DIR
export MUJOCO_DIR := $(abspath $(MUJOCO_DIR))
export MUJOCO_DYNAMIC_LINK_DIR := $(MUJOCO_DIR)/lib
endif

# Where cargo puts the binary: CARGO_TARGET_DIR and cargo's own configuration both count.
BINARY = $$($(CARGO) metadata --no-deps --offline --locked --format-version 1 \
	| sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/release/mjcast

# Tests draw with Mesa's software Vulkan, the same on every machine; VK_DRIVER_FILES overrides.
SOFTWARE_VULKAN = export VK_DRIVER_FILES="$${VK_DRIVER_FILES:-$$(compgen -G \
	'/usr/share/vulkan/icd.d/lvp_icd*.json' | head -n 1 || true)}"

# `npm ci` and the page's build leave what they made as the mark that they are done.
WEB_SOURCES := $(shell find web -type d \( -name node_modules -o -name dist \) -prune \
	-o -type f -print 2>/dev/null)
WEB_MODULES := web/node_modules/.installed
WEB_PAGE := web/dist/index.html
BROWSER_MODULES := tests/browser/node_modules/.installed
MCP_MODULES := tests/mcp/node_modules/.installed
# MuJoCo's own renderer and what compares pictures, and players.
PYTHON := .cache/python/bin/python
PYTHON_MODULES := .cache/python/.installed

.PHONY: help
help: ## Lists the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) \
		| while IFS='|' read -r target text; do printf '%-22s %s\n' "$$target" "$$text"; done

.PHONY: run
run: build ## Builds what is needed and serves on http://127.0.0.1:8000 (flags in ARGS)
	@exec "$(BINARY)" serve $(ARGS)

.PHONY: build
build: deps web ## Builds the daemon with its page
	$(CARGO) build $(PROFILE)

.PHONY: web
web: $(WEB_PAGE) ## Builds the page that the daemon embeds

.PHONY: deps
deps: ## Installs missing system packages and fetches libmujoco
	@scripts/system-deps.sh
	@scripts/mujoco.sh

.PHONY: test
test: deps-test fmt-check test-web test-rust test-parity test-whep test-mcp test-scenes test-deploy test-browser ## Runs every check and test
	@echo "make test: everything passed"

.PHONY: lint
lint: deps web fmt-check clippy clippy-daemon ## Checks formatting and lints
	$(NPM) --prefix web run check

.PHONY: parity
parity: deps-test test-parity ## Compares pictures with those of MuJoCo's own renderer (flags in ARGS)

.PHONY: bench
bench: build ## Runs the benchmarks (flags in ARGS)
	$(CARGO) bench --locked $(ARGS)

.PHONY: bench-render
bench-render: build ## Compares a picture's cost with mujoco.Renderer's (flags in ARGS)
	@$(SOFTWARE_VULKAN); \
	$(MAKE) --no-print-directory $(PYTHON_MODULES); \
	MUJOCO_GL="$${MUJOCO_GL:-egl}" $(PYTHON) benches/render.py \
		--bench "$$($(CARGO) bench --locked --no-run --bench render --message-format json \
			| sed -n 's|.*"executable":"\([^"]*/render-[^"]*\)".*|\1|p')" $(ARGS)

.PHONY: bench-encode
bench-encode: build ## Encodes rendered clips with mjcast, x264 and libvpx (flags in ARGS)
	@$(MAKE) --no-print-directory $(PYTHON_MODULES); \
	MUJOCO_GL="$${MUJOCO_GL:-egl}" $(PYTHON) benches/clips.py \
		--bench "$$($(CARGO) bench --locked --no-run --bench clips --message-format json \
			| sed -n 's|.*"executable":"\([^"]*/clips-[^"]*\)".*|\1|p')" $(ARGS)

.PHONY: install
install: ## Installs what `make build` made, with its units (DESTDIR, PREFIX)
	@DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" scripts/install.sh "$(BINARY)"

.PHONY: dist
dist: deps web ## Makes a reproducible release archive with its SBOM in dist/
	@scripts/dist.sh

.PHONY: audit
audit: ## Checks dependencies against deny.toml: advisories, licences, sources
	@$(CARGO) deny --version >/dev/null 2>&1 || { \
		echo "cargo-deny is missing: cargo install --locked cargo-deny" >&2; exit 3; }
	$(CARGO) deny --locked check

.PHONY: clean
clean: ## Removes what was built, but not the fetched libmujoco
	$(CARGO) clean
	rm -rf web/dist web/node_modules tests/browser/node_modules tests/mcp/node_modules tests/out

# The parts of `make test`; each may be run by itself.

.PHONY: deps-test
deps-test:
	@scripts/system-deps.sh --tests
	@scripts/mujoco.sh

.PHONY: fmt-check
fmt-check:
	$(CARGO) fmt --all --check

.PHONY: test-web
test-web: $(WEB_MODULES)
	$(NPM) --prefix web run check
	$(NPM) --prefix web run test
	@$(MAKE) --no-print-directory web
	$(NPM) --prefix web run budget

.PHONY: clippy
clippy: web
	$(CARGO) clippy $(PROFILE) --workspace --all-targets -- -D warnings

# The daemon alone, without the features of its dependencies that only tests ask for.
.PHONY: clippy-daemon
clippy-daemon: web
	$(CARGO) clippy $(PROFILE) -- -D warnings

.PHONY: test-rust
test-rust: deps web
	$(LINTING) $(CARGO) build $(TEST_PROFILE) --workspace --all-targets
	@$(SOFTWARE_VULKAN); export $(LINTING); \
	if $(CARGO) nextest --version >/dev/null 2>&1; then \
		$(CARGO) nextest run $(TEST_PROFILE) --workspace $(TESTARGS); \
	else \
		$(CARGO) test $(TEST_PROFILE) --workspace $(TESTARGS); \
	fi; \
	$(CARGO) test $(TEST_PROFILE) --workspace --doc

# The daemon as the tests build it, so that its dependencies are built once: some have features that
# only tests ask for, and with others they are another build. That the daemon does without them is
# checked by `make lint`.
.PHONY: build-test
build-test: deps web
	$(CARGO) build $(PROFILE) --workspace --bin mjcast --test tidy

# Both renderers draw in software, on the same Mesa. The table and sheets to look at: tests/out/parity.
PARITY := tests/out/parity
PARITY_CASES ?= tests/parity/cases.json

.PHONY: test-parity
test-parity: build-test $(PYTHON_MODULES)
	@$(SOFTWARE_VULKAN); export MUJOCO_GL=egl EGL_PLATFORM=surfaceless LIBGL_ALWAYS_SOFTWARE=1; \
	$(PYTHON) tests/parity/reference.py $(PARITY_CASES) $(PARITY)/mujoco; \
	"$(BINARY)" render --cases $(PARITY_CASES) --out $(PARITY)/mjcast; \
	$(PYTHON) tests/parity/compare.py $(PARITY_CASES) $(PARITY)/mujoco $(PARITY)/mjcast \
		$(PARITY)/report $(ARGS)

# Scenes from words, judged by what they are and do. HALF=blind and HALF=sealed are held out: they tell
# how far the grammar generalises (docs/scenes.md). It is made with all others at hand.
HALF ?= dev
SCENES := tests/out/scenes

.PHONY: test-scenes
test-scenes: build-test $(PYTHON_MODULES)
	$(PYTHON) tests/scenes/selftest.py
	@export MUJOCO_GL=egl EGL_PLATFORM=surfaceless LIBGL_ALWAYS_SOFTWARE=1; \
	$(PYTHON) tests/scenes/suite.py --bin "$(BINARY)" --half $(HALF) --json $(SCENES)/scenes.json \
		--sheet $(SCENES)/wrong $(ARGS)

# Players that know nothing of mjcast. GStreamer's is tried where it is installed.
.PHONY: test-whep
test-whep: build-test $(PYTHON_MODULES)
	@$(SOFTWARE_VULKAN); MJCAST_BIN="$(BINARY)" $(PYTHON) -W ignore tests/whep/players.py $(ARGS)

# Official clients of the Model Context Protocol, and its conformance suite.
.PHONY: test-mcp
test-mcp: build-test $(PYTHON_MODULES) $(MCP_MODULES)
	@$(SOFTWARE_VULKAN); export MJCAST_BIN="$(BINARY)"; \
	$(PYTHON) -W ignore tests/mcp/client.py $(ARGS); \
	$(NPM) --prefix tests/mcp test

# What is in systemd/ and deploy/, by the programs that it is written for: systemd, nginx, coturn,
# Prometheus. What this machine cannot do is skipped, in words.
DEPLOY_PYTHON := .cache/deploy/python/bin/python
DEPLOY_MODULES := .cache/deploy/python/.installed

.PHONY: test-deploy
test-deploy: build-test $(DEPLOY_MODULES)
	@scripts/system-deps.sh --deploy || echo "tests that need these are skipped"
	@$(SOFTWARE_VULKAN); MJCAST_BIN="$(BINARY)" $(DEPLOY_PYTHON) -W ignore -m unittest discover -v -s tests/deploy $(ARGS)

# The image, built without a registry: minutes, and root.
.PHONY: test-image
test-image: build-test $(DEPLOY_MODULES) ## Builds deploy/Dockerfile without a registry and runs what comes of it
	@scripts/system-deps.sh --image
	@MJCAST_BIN="$(BINARY)" $(DEPLOY_PYTHON) -W ignore tests/deploy/image.py $(ARGS)

.PHONY: test-browser
test-browser: deps-test build-test $(PYTHON_MODULES)
	@if [[ ! -f tests/browser/package.json ]]; then exit 0; fi; \
	$(SOFTWARE_VULKAN); \
	export CHROMIUM="$$(scripts/chromium.sh)" MJCAST_BIN="$(BINARY)" PLAYER_PYTHON="$(abspath $(PYTHON))"; \
	$(MAKE) --no-print-directory $(BROWSER_MODULES); \
	$(NPM) --prefix tests/browser test

$(WEB_MODULES): web/package.json web/package-lock.json
	$(NPM) --prefix web ci --no-audit --no-fund
	@touch $@

# MuJoCo's own renderer, with what compares pictures, and players.
PYTHON_WANTS := tests/parity/requirements.txt tests/whep/requirements.txt tests/mcp/requirements.txt
$(PYTHON_MODULES): $(PYTHON_WANTS)
	python3 -m venv --clear .cache/python
	$(PYTHON) -m pip install --quiet --disable-pip-version-check $(PYTHON_WANTS:%=-r %)
	@touch $@

$(DEPLOY_MODULES): tests/deploy/requirements.txt
	python3 -m venv --clear .cache/deploy/python
	$(DEPLOY_PYTHON) -m pip install --quiet --disable-pip-version-check -r tests/deploy/requirements.txt
	@touch $@

$(WEB_PAGE): $(WEB_MODULES) $(WEB_SOURCES)
	$(NPM) --prefix web run build
	@touch $@

$(BROWSER_MODULES): tests/browser/package.json tests/browser/package-lock.json
	$(NPM) --prefix tests/browser ci --no-audit --no-fund
	@touch $@

$(MCP_MODULES): tests/mcp/package.json tests/mcp/package-lock.json
	$(NPM) --prefix tests/mcp ci --no-audit --no-fund
	@touch $@
