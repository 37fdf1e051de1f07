# The two commands: `make run` starts the product, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL = $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check

.PHONY: help setup setup-dev run test bench soak lock clean

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready  ## the environment for running, from the hashed lock file

setup-dev: $(VENV)/.ready-dev  ## the same, with what the checks need

run: setup  ## start everything: web, ticker, workers, Valkey, the demo mailbox
	@exec $(BIN)/inboxsla run

test: setup-dev  ## lint, types, import contract, tests
	@$(BIN)/inboxsla check

bench: setup-dev  ## the figures, as a table
	@$(BIN)/python -m tests.bench

soak: setup-dev  ## more weeks, more mail and more bad days than `make test` takes
	@SOAK_SEEDS=12 SOAK_DAYS=60 SOAK_TICKETS=3 $(BIN)/python -m pytest -q -n 2 tests/soak

lock:  ## resolve the lock files anew (needs uv)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --upgrade -q -o requirements.lock
	uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --upgrade -q -o requirements-dev.lock

clean:  ## remove the environment (data in var/ stays)
	rm -rf $(VENV) build *.egg-info

# pip is the last thing that making an environment adds: where it is missing, the making was interrupted.
$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "InboxSLA needs Python 3.11 or newer, and '$(PYTHON)' is not that. Say which to use: make PYTHON=/path/to/python3.12 …"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { echo "Python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv, then try again."; exit 1; }

$(VENV)/.ready: requirements.lock pyproject.toml | $(VENV)/bin/pip
	@echo "Setting up $(VENV) from requirements.lock; the first time takes a minute or two …"
	@$(PIP_INSTALL) --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	@echo "Adding what the checks need …"
	@$(PIP_INSTALL) --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@
