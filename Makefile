# Everything warung needs on a developer's or an operator's machine. `make run` starts it, `make test` tests it, both from nothing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv --quiet --no-progress
WARUNG := $(VENV)/bin/warung
PYTHON_SOURCES := $(wildcard src tests bench examples scripts hatch_build.py)
# Arguments for the program that a target starts: make run ARGS="--port 9000", make test ARGS="tests/chat -k recall".
ARGS ?=
PYTEST := $(PY) -m pytest
# What is about parts, one process or its disk, and says nothing new when the rest runs as a cluster.
ONE_NODE := $(addprefix --ignore=tests/,adapters bench browser cluster demo faults simulation)

.PHONY: run demo dev test test-long check gate-style gate-types gate-floors gate-tidiness gate-web bench bench-check cluster screens lock clean environment tools judges

run: $(VENV)/.package $(VENV)/.node ## start the server on http://localhost:8000
	@exec $(WARUNG) run $(ARGS)

demo: $(VENV)/.package $(VENV)/.node ## the same with a place full of life, on loopback only
	@exec $(WARUNG) demo $(ARGS)

dev: $(VENV)/.package $(VENV)/.node ## start again whenever a source file changes
	@exec $(WARUNG) run --reload $(ARGS)

environment: $(VENV)/.dev $(VENV)/.package $(VENV)/.node ## everything a developer's editor wants to see

test: environment tools judges ## all tests, with a real PostgreSQL and a real Chromium
	@$(PY) -m warung.web run --if-present test
	@$(PYTEST) -q -n 2 --dist worksteal $(ARGS)

test-long: environment tools judges ## the same and what is worth running longer, then everything that is served again as a cluster
	@$(PYTEST) -q -n 2 --dist worksteal -m "" --hypothesis-profile=long $(ARGS)
	@WARUNG_TEST_FORM=cluster $(PYTEST) -q -n 2 --dist worksteal -m "not long and not one_node" $(ONE_NODE) $(ARGS)

check: environment ## the gates: style, types, floors, tidiness, the web client's types
	@$(MAKE) -j2 --output-sync=target gate-types gate-web gate-style gate-floors gate-tidiness

gate-style:
	$(VENV)/bin/ruff check $(PYTHON_SOURCES)
	$(VENV)/bin/ruff format --check $(PYTHON_SOURCES)

gate-types:
	$(PY) -m mypy $(PYTHON_SOURCES)

gate-floors:
	$(VENV)/bin/lint-imports --no-logo

gate-tidiness:
	$(PYTEST) -q tests/test_tidy.py tests/test_gates.py

gate-web:
	$(PY) -m warung.web run --if-present check

bench: environment ## the shipped server beside its peers; writes docs/performance.md
	@$(PY) -m bench $(ARGS)

bench-check: environment ## what a message takes, in numbers that do not depend on how busy the machine is
	@$(PY) -m bench.check $(ARGS)

cluster: environment tools ## two nodes, NATS, PostgreSQL and a bucket behind one address, to look at and to break
	@exec $(PY) -m scripts.cluster $(ARGS)

screens: environment tools ## photograph every screen into docs/screens
	@$(PY) -m scripts.screens $(ARGS)

# The lock files are compiled, hashed, and name no registry. Run this after a change to requirements/*.in.
lock: $(VENV)/.bootstrap
	@for name in bootstrap runtime dev node judges; do $(UV) pip compile --generate-hashes --universal --python-version 3.11 \
	  --no-emit-index-url $(LOCK) requirements/$$name.in -o requirements/$$name.txt; done

clean: ## remove what was built; a running place's data/ stays
	rm -rf $(VENV) dist src/warung/static web/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps live inside the environment: whoever deletes it deletes them too.
$(VENV)/.bootstrap: requirements/bootstrap.txt
	@scripts/python -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt | $(VENV)/.bootstrap
	@$(UV) pip install --python $(VENV) --require-hashes -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@$(UV) pip install --python $(VENV) --require-hashes -r $<
	@touch $@

$(VENV)/.package: pyproject.toml hatch_build.py $(VENV)/.runtime
	@$(UV) pip install --python $(VENV) --no-deps --no-build-isolation -e .
	@touch $@

# Node from the PATH, or else from a wheel: it builds the web client.
$(VENV)/.node: requirements/node.txt src/warung/web.py $(VENV)/.package
	@$(PY) -m warung.web has-node || $(UV) pip install --python $(VENV) --require-hashes -r $<
	@touch $@

tools:
	@scripts/test_tools

# Programs that judge what we write, each in a process of its own and never imported: they may be under the GPL.
judges: $(VENV)/.judges $(VENV)/.sdks_pay

$(VENV)/.judges: requirements/judges.txt tests/sdks/package-lock.json | $(VENV)/.bootstrap
	@$(UV) venv --clear $(VENV)/judges --python $(PY)
	@$(UV) pip install --python $(VENV)/judges --require-hashes -r $<
	@if command -v npm >/dev/null; then cd tests/sdks && npm ci --silent; fi
	@touch $@

# WeChat's SDKs for node, as npm has them.
$(VENV)/.sdks_%: tests/sdks/%/package-lock.json | $(VENV)/.node
	@$(PY) -c "import sys, pathlib; from warung.web import npm; npm('--version', web=pathlib.Path(sys.argv[1]))" tests/sdks/$* >/dev/null
	@touch $@
