# Everything happens in .venv; nothing outside this folder is changed, but for Debian packages
# that some tests need, and only where that is allowed (root).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SEEDS ?= 500
FIRST ?= 0

.PHONY: help demo test check lint types imports unit format simulate bench lock clean
.DEFAULT_GOAL := help

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/runtime ## run the pipeline of examples/ and show where its report is
	@$(BIN)/python scripts/demo.py

test: $(VENV)/dev ## set up what the tests need, then run everything that CI runs
	@$(PYTHON) scripts/system_packages.py
	@$(MAKE) --no-print-directory check
	$(BIN)/python scripts/run_tests.py

check: lint types imports ## the checks that need no test: lint, format, types, import contracts

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev
	$(BIN)/mypy

imports: $(VENV)/dev
	PYTHONPATH=controller/src $(BIN)/lint-imports --no-logo

unit: $(VENV)/dev ## the quick tests only
	$(BIN)/python -m pytest tests/unit tests/contracts

format: $(VENV)/dev ## let ruff format and fix what it can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

simulate: $(VENV)/dev ## search the simulations for broken promises: SEEDS=10000 FIRST=0
	$(BIN)/python scripts/simulate.py $(SEEDS) $(FIRST)

bench: $(VENV)/dev ## measure, side by side with floors and peers; prints ratios
	$(BIN)/python bench/run.py

lock: $(VENV)/dev ## renew requirements/*.lock from pyproject.toml
	$(BIN)/python scripts/lock.py

clean: ## remove the virtual environment and what runs left
	rm -rf $(VENV) .praktika ci/tmp .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The locks are installed with their hashes; the package itself is installed in place.
$(VENV)/runtime: requirements/runtime.lock pyproject.toml
	@$(PYTHON) scripts/make_venv.py $(VENV) requirements/runtime.lock
	@touch $@

$(VENV)/dev: requirements/dev.lock requirements/runtime.lock pyproject.toml
	@$(PYTHON) scripts/make_venv.py $(VENV) requirements/dev.lock
	@touch $@ $(VENV)/runtime
