# Every command a person needs.  Each makes the virtual environment itself; Python 3.11 or newer and make are enough.
#
#   make demo                     the whole journey, once, with its artefacts in demo-out/
#   make test                     the whole suite        make test T=tests/unit   part of it, stopping at the first failure
#   make help                     the rest
#
# PYTHON chooses the interpreter the environment is made from (make demo PYTHON=python3.12); ARGS is passed on.
# Packages come from wherever pip is configured to find them; no index is named anywhere in this repository.

PYTHON ?= python3
ARGS ?=
T ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --annotation-style line --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help demo test check fix mocks bench lock clean setup
.SUFFIXES:

help:  ## show this list
	@printf 'xbridge: two commands are all a newcomer needs, make demo and make test.\n\n'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@printf '\nVariables: T=path (make test), ARGS="..." (demo, test, mocks, bench), PYTHON=python3.12\n'

demo: $(VENV)/.editable  ## run the whole journey and keep its artefacts in demo-out/
	@$(BIN)/xbridge demo --keep demo-out $(ARGS)

test: $(VENV)/.dev  ## run the suite (T=path narrows it and stops at the first failure)
ifeq ($(strip $(T)),)
	@$(BIN)/python -m pytest --numprocesses auto --quiet $(ARGS)
else
	@$(BIN)/python -m pytest --exitfirst $(T) $(ARGS)
endif

check: $(VENV)/.dev  ## run everything CI runs: format, lint, types, imports, tests, wheel
	@$(BIN)/python tools/check.py $(ARGS)

fix: $(VENV)/.dev  ## repair what can be repaired by machine: format, import order, simple lint
	@$(BIN)/python -m ruff check --fix --quiet . || true
	@$(BIN)/python -m ruff format .

mocks: $(VENV)/.editable  ## serve the mock platforms on loopback until interrupted
	@$(BIN)/python -m xbridge_mocks $(ARGS)

bench: $(VENV)/.dev  ## print the benchmark tables (ratios within one run)
	@$(BIN)/python benchmarks/run.py $(ARGS)

lock: $(VENV)/.lock  ## write requirements/*.txt anew from *.in (ARGS=--upgrade takes newer versions)
	@$(LOCK) $(ARGS) requirements/lock.in --output-file requirements/lock.txt
	@$(LOCK) $(ARGS) requirements/demo.in --output-file requirements/demo.txt
	@$(LOCK) $(ARGS) requirements/dev.in --constraints requirements/demo.txt --output-file requirements/dev.txt
	@echo "Wrote requirements/demo.txt, dev.txt and lock.txt."

setup: $(VENV)/.dev  ## only make the environment, with the tools for tests and checks

clean:  ## remove what these commands made
	@rm -rf $(VENV) demo-out dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage

# --- The environment: stamps, so that a second run costs nothing ----------------------------------------------------

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "xbridge needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | head -n 1)." >&2; \
	  echo "Name another one: make $(or $(firstword $(MAKECMDGOALS)),demo) PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up (first time only, about a minute) ..."
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "'$(PYTHON) -m venv' failed: on Debian and Ubuntu, install the package python3-venv." >&2; exit 1; }
	@touch $@

$(VENV)/.demo: requirements/demo.txt $(VENV)/.made
	@echo "Installing the pinned packages of requirements/demo.txt ..."
	@$(PIP) install --require-hashes --requirement requirements/demo.txt
	@touch $@

$(VENV)/.editable: pyproject.toml $(VENV)/.demo
	@echo "Installing xbridge itself (editable) ..."
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.editable
	@echo "Installing the pinned tools of requirements/dev.txt ..."
	@$(PIP) install --require-hashes --requirement requirements/dev.txt
	@touch $@

$(VENV)/.lock: requirements/lock.txt $(VENV)/.made
	@echo "Installing the resolver of requirements/lock.txt ..."
	@$(PIP) install --require-hashes --requirement requirements/lock.txt
	@touch $@
