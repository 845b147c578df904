# Everything starts here; each target sets up what it needs, once.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
NODE_READY := tests/node/node_modules/.ready
SOURCES := bot briefs funnel intake storage workspace tests benchmarks docs

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format lint types fix bench bench-quick screenshot lock clean

help: ## say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## make .venv with everything that is pinned

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Tipoff needs Python 3.11 or newer. Try: make PYTHON=python3.12 setup"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# A real Node client of the Segment door, for one test; without Node that test says that it was skipped.
$(NODE_READY): tests/node/package.json tests/node/package-lock.json
	@if command -v npm >/dev/null; then cd tests/node && npm ci --silent --no-audit --no-fund && touch node_modules/.ready; \
	else echo "npm is not here: the Node client of the Segment door will not be tested"; fi

demo: $(READY) ## a local Slack with the sample company in it: open the page it prints
	$(BIN)/tipoff demo

test: $(READY) $(NODE_READY) ## every test, on SQLite and on a PostgreSQL that it brings along
	$(BIN)/pytest -n 4 --dist worksteal --cov --cov-report=term:skip-covered

check: format lint types test ## what must be green before a submission

format: $(READY)
	$(BIN)/ruff format --check $(SOURCES)

lint: $(READY)
	$(BIN)/ruff check $(SOURCES)

types: $(READY)
	$(BIN)/mypy

fix: $(READY) ## format, and mend what can be mended by itself
	$(BIN)/ruff check --fix --quiet $(SOURCES) || true
	$(BIN)/ruff format $(SOURCES)

bench: $(READY) ## measure speed and size, then prove reliability in its long form (20 minutes)
	$(BIN)/python -m benchmarks --long

bench-quick: $(READY) ## only speed and size: docs/performance.md's table
	$(BIN)/python -m benchmarks

screenshot: $(READY) ## the README's picture, with headless Chromium
	$(BIN)/python docs/screenshot.py

lock: $(READY) ## pin anew what pyproject.toml asks for
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --group dev pyproject.toml -o requirements.lock

clean: ## leave nothing behind
	rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/tipoff-benchmarks"
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov tests/node/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
