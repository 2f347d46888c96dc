# Everything sets itself up: Python 3.11+ with venv, pip and make is all a machine needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

# Byte code is cached even if the shell says otherwise: tests start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := run
.PHONY: help run test check bench soak manifest check-manifest lock clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  make test ARGS="tests/bot -k quota"   passes arguments on (run, test, soak, bench)'

run: $(VENV)/run.stamp  ## set up and start everything: HTTP API, background jobs, terminal chat (default)
	@$(BIN)/python -m bot run $(ARGS)

test: $(VENV)/dev.stamp  ## run all tests, on SQLite and PostgreSQL
	@$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

check: $(VENV)/dev.stamp  ## check style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(VENV)/dev.stamp  ## run the long fault tests (minutes)
	@$(BIN)/python -m pytest tests -m soak -s $(ARGS)

bench: $(VENV)/dev.stamp  ## measure ratios against baselines, as tables
	@$(BIN)/python -m tests.benchmarks $(ARGS)

manifest: $(VENV)/run.stamp  ## write manifest.yaml (the Slack app) from the command table
	@$(BIN)/python -m bot slack manifest > manifest.yaml.new
	@mv manifest.yaml.new manifest.yaml

check-manifest: $(VENV)/run.stamp
	@$(BIN)/python -m bot slack manifest | diff manifest.yaml - \
		|| { echo "manifest.yaml does not match the command table; run: make manifest"; exit 1; }

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Roomie needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.stamp: $(VENV)/python.stamp requirements.txt pyproject.toml
	@echo "Setting up (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q -j 0 bot core storage scraper
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	@echo "Setting up the tests (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

lock:  ## update the pinned dependencies (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --upgrade --extra build pyproject.toml -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra build --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:  ## remove the virtual environment
	rm -rf $(VENV)
