# Everything a developer or an operator of one machine needs. `make` alone lists the targets.
PYTHON ?= python3
BIN := .venv/bin
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check static fast browser bench lighthouse lock messages

help: ## List the targets, one sentence each.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-17s %s\n", $$1, $$2}'

setup: python ## Prepare the clone: .venv, browser libraries, translations; only what changed.
	@$(PYTHON) tools/set_up.py

run: setup ## Set up, migrate, make demo data once, then serve until Ctrl-C.
	@exec $(BIN)/cpd run

test: setup-dev ## Run everything: static checks, all tests on SQLite and PostgreSQL, the browser.
	@$(BIN)/python -m tests.support.machine
	@$(MAKE) static
	@$(BIN)/pytest $(BRIEF) --engine=both -n auto --ignore=tests/e2e
	@$(JOURNEYS)

check: setup-dev static ## Run the fast half: static checks, then unit, SQLite and architecture tests.
	@$(BIN)/pytest $(BRIEF) -n auto --cov --cov-report= --ignore=tests/e2e
	@$(COVERAGE)

static: setup-dev ## Run format, lint, type and import checks only.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

browser: setup-dev ## Run only the browser journeys.
	@$(BIN)/python -m tests.support.machine
	@$(JOURNEYS)

bench: setup ## Measure conversion, logging, pages, import and memory against floors.
	@$(BIN)/python -m bench

lighthouse: setup-dev tools/lighthouse/node_modules ## Look at the check-in page as a slow phone.
	@$(BIN)/python -m bench.lighthouse

tools/lighthouse/node_modules: tools/lighthouse/package-lock.json
	@cd tools/lighthouse && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

messages: setup-dev ## Hold the English texts against the pages and compile them.
	@$(BIN)/python tools/messages.py

lock: setup-dev ## Write both locks anew from pyproject.toml.
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock

LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate

# What failed stands last and short: a log is often cut off at its beginning.
BRIEF := -q --tb=short -rfE --durations-min=30

# Only the journeys through a browser are tried again, twice at most; the log says which, and why.
JOURNEYS := $(BIN)/pytest $(BRIEF) tests/e2e -n auto \
	--reruns 2 --max-suite-reruns 10 --rerun-show-tracebacks

COVERAGE = echo "Coverage: $$($(BIN)/coverage report --format=total) %." \
	"File by file: $(BIN)/coverage report --skip-covered"

setup-dev: python
	@$(PYTHON) tools/set_up.py --dev

.PHONY: python
python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
			"Name another one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
