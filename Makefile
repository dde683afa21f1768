# Needs make and Python 3.11 or newer; everything else goes into .venv by itself.
# Another Python: make test PYTHON=/opt/python3.13/bin/python3
# More arguments: make demo ARGS=--fresh, make test ARGS="-k acknowledge"

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help demo test lint format manifest steps bench bench-brief bench-ledger bench-monday \
    bench-page bench-replicas bench-sweep bench-workspaces pictures soak tour clean

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
WORKERS ?= 2
ARGS ?=
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.runtime ## the whole job in a browser, without a Slack workspace (ARGS=--fresh starts over, --examples has three deals in it)
	@$(BIN)/handoff-bot demo $(ARGS)

test: $(VENV)/.dev ## the tests; those in a browser are skipped without Chromium
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.dev ## style, format, types and the import rule of the rooms
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev ## mend what lint can mend by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

manifest: $(VENV)/.runtime ## write manifest.yml from the registered listeners
	$(BIN)/handoff-bot manifest --socket > manifest.yml.new && mv manifest.yml.new manifest.yml

steps: $(VENV)/.runtime ## write docs/steps.md from the table of steps after it changed
	$(BIN)/handoff-bot policy steps --default > steps.md.new && mv steps.md.new docs/steps.md

bench: $(VENV)/.dev ## how fast the bot answers, its memory, and the list at 10,000 handoffs
	$(BIN)/python -m benchmarks.answer $(ARGS)
	$(BIN)/python -m benchmarks.status

bench-sweep: $(VENV)/.dev ## what the sweep costs, with nothing due and with very much
	$(BIN)/python -m benchmarks.sweep $(ARGS)

bench-monday: $(VENV)/.dev ## Monday 09:00: 10,000 reminders at once, and who acts meanwhile
	$(BIN)/python -m benchmarks.monday $(ARGS)

bench-brief: $(VENV)/.dev ## how fast a step of a long brief is saved
	$(BIN)/python -m benchmarks.brief $(ARGS)

bench-ledger: $(VENV)/.dev ## how fast a promise of a long ledger is initialed
	$(BIN)/python -m benchmarks.ledger $(ARGS)

bench-page: $(VENV)/.dev ## 50 people at the sandbox's page for a minute
	$(BIN)/python -m benchmarks.page $(ARGS)

pictures: $(VENV)/.dev ## take the README's pictures anew, in Chromium
	$(BIN)/python -m tests.browser.pictures docs/pictures

tour: $(VENV)/.dev ## walk the 90 days of a deal and take the pictures of docs/tour.md anew, in Chromium
	TOUR=docs/tour $(BIN)/python -m pytest -q tests/browser/test_tour.py

soak: $(VENV)/.dev ## half an hour of kills and faults with the constants as shipped; writes docs/operations/soak.md
	$(BIN)/python -m tests.faults.soak $(ARGS)

bench-replicas: $(VENV)/.dev ## one process and three on PostgreSQL
	$(BIN)/python -m benchmarks.replicas $(ARGS)

bench-workspaces: $(VENV)/.dev ## a hundred workspaces, two of them in trouble
	$(BIN)/python -m benchmarks.workspaces $(ARGS)

clean: ## remove .venv, the demo's data and every cache
	rm -rf $(VENV) .demo build dist *.egg-info manifest.yml.new steps.md.new \
	    .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find bot tests benchmarks .ci -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# --- .venv, again only when pyproject.toml changed. The demo does not wait for the test tools.

$(VENV)/.runtime: pyproject.toml
	@python="$(PYTHON)"; \
	if [ -z "$$python" ]; then \
	    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	        if "$$name" -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then python="$$name"; break; fi; \
	    done; \
	fi; \
	if [ -z "$$python" ]; then \
	    echo "handoff-bot needs Python 3.11 or newer, and this machine has $$(python3 --version 2>/dev/null || echo none). Install one, or name it: make PYTHON=/path/to/python3" >&2; \
	    exit 1; \
	fi; \
	if ! "$$python" -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then \
	    echo "handoff-bot needs Python 3.11 or newer, and $$python is $$("$$python" --version 2>/dev/null || echo not one)." >&2; \
	    exit 1; \
	fi; \
	if ! $(BIN)/python -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then \
	    echo "Setting up .venv (once, about a minute) …"; \
	    "$$python" -m venv --clear $(VENV); \
	fi
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo "Installing the test tools (once, about a minute) …"
	@$(PIP) install --editable '.[dev]'
	@touch $@
