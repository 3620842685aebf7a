# Two commands need nothing but make and Python 3.11 or newer: `make run` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
STAMPS := $(VENV)/.stamps
PORT ?= 8000
WORKERS ?= 2

# The locks pin every wheel by hash; uv fetches no Python of its own.
export UV_PYTHON_DOWNLOADS := never

PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$name && break; done)


.PHONY: help install install-dev run test test-long check bench audit serve-postgres demo-reset messages pictures lock format

help:  ## what each target does
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /: /' | column -t -s ':'

$(STAMPS)/uv:
	@test -n "$(PYTHON)" || { echo "BRIDGE needs Python 3.11 or newer; none was found on the PATH." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
		|| { echo "Python could not make $(VENV). On Debian: apt-get install python3-venv." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: requirements.lock $(STAMPS)/uv
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@printf '#!/bin/sh\n: "$${BRIDGE_VAR:=%s/var}" "$${DATABASE_URL:=sqlite:///%s/var/bridge.sqlite}"\nexport BRIDGE_VAR DATABASE_URL\nPYTHONPATH="%s" exec "%s" -m app.cli "$$@"\n' \
		"$(CURDIR)" "$(CURDIR)" "$(CURDIR)" "$(CURDIR)/$(BIN)/python" > $(BIN)/bridge
	@chmod +x $(BIN)/bridge
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/run
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

# The compiled kernels of the meetings and of the agenda, so that nobody's plan waits for the compiler.
$(STAMPS)/kernel: $(addprefix scheduler/meetings/,kernel.py chains.py annealing.py) $(STAMPS)/run \
		$(addprefix scheduler/agenda/reinserting/,kernel.py annealing.py) scheduler/core/compiled.py
	@$(BIN)/python -m scheduler.meetings.compiling
	@$(BIN)/python -m scheduler.agenda.reinserting.compiling
	@touch $@

install: $(STAMPS)/run $(STAMPS)/kernel  ## make .venv with what the application needs, and the command .venv/bin/bridge

install-dev: $(STAMPS)/dev  ## the same, with what the tests and checks need

run: $(STAMPS)/run  ## load the demonstration event once and serve it on 127.0.0.1:8000
	@test -e $(STAMPS)/kernel || { $(BIN)/python -m scheduler.meetings.compiling && $(BIN)/python -m scheduler.agenda.reinserting.compiling \
		&& touch $(STAMPS)/kernel; } &
	@BRIDGE_DEMONSTRATION=1 $(BIN)/python -m app.cli serve --port $(PORT)

demo-reset: $(STAMPS)/run $(STAMPS)/kernel  ## throw the demonstration's data away and load it afresh
	@BRIDGE_DEMONSTRATION=1 $(BIN)/python -m app.cli demo --reset

serve-postgres: $(STAMPS)/dev $(STAMPS)/kernel  ## the demonstration on a PostgreSQL of its own under var/, web and worker apart
	@BRIDGE_DEMONSTRATION=1 $(BIN)/python .deploy/serve_postgres.py --port $(PORT)

check: $(STAMPS)/dev  ## style, types, layers, templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy app scheduler
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet templates

# What tests write lies in memory where 8 GB are free there: the run would wait a third of its time for the disk. Benches
# measure the disk too, and are left on it.
test: export PYTEST_DEBUG_TEMPROOT ?= $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 8000000 {print "/dev/shm"}')
test: check $(STAMPS)/kernel  ## everything that the continuous integration runs
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not long" --ignore=tests/benchmarks

test-long: $(STAMPS)/dev $(STAMPS)/kernel  ## the tests that take minutes
	@$(BIN)/python -m pytest -m long

bench: $(STAMPS)/dev $(STAMPS)/kernel  ## measured times and qualities
	@$(BIN)/python -m pytest tests/benchmarks

audit: $(STAMPS)/dev  ## ask the network whether a locked library has a known weakness
	@for lock in requirements.lock requirements-dev.lock; do \
		$(BIN)/python -m pip_audit --strict --disable-pip --require-hashes --progress-spinner off -r $$lock \
		|| { echo "$$lock: a known weakness, or nobody could be asked (the lines above say which). Not audited." >&2; exit 1; }; \
	done

format: $(STAMPS)/dev  ## bring the code into shape
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

pictures: $(STAMPS)/dev  ## take the pictures of the README anew, each under 200 kB (needs Chromium and pdftoppm)
	@$(BIN)/python -m pytest -q tests/browser/pictures.py

messages: $(STAMPS)/dev  ## gather the words to translate and compile the catalogues in app/locale/
	@$(BIN)/pybabel -q extract -F app/locale/babel.cfg --no-location --sort-output --omit-header --no-wrap \
		-o app/locale/messages.pot .
	@$(BIN)/pybabel -q update -i app/locale/messages.pot -d app/locale --no-wrap --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date
	@$(BIN)/pybabel -q compile -d app/locale

lock: $(STAMPS)/uv  ## pin what pyproject.toml asks for, by hash
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml -o requirements.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
