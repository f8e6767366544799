# Everything sets itself up: `make demo` runs a whole store, `make test` passes the tests.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
FOR    ?= 0
VIDEO  ?=
DAYS   ?= 30
SEED   ?= 1

.PHONY: help demo test check bench policy docs lock clean
help:
	@echo "make demo    run a whole store on this machine (FOR=60 stops after 60 s, VIDEO=file uses a real video)"
	@echo "make test    set up everything and run the tests"
	@echo "make check   ruff, mypy --strict, import-linter"
	@echo "make bench   speed and accuracy beside named peers"
	@echo "make policy  mean wait against lane hours of our advice and of others (DAYS=30 SEED=1)"
	@echo "make docs    draw the screenshots and schemas of docs/ again"
	@echo "make lock    lock the dependencies again after a change of pyproject.toml"

$(BIN)/python:
	@sh deploy/need.sh venv
	$(PYTHON) -m venv $(VENV)

# What a store runs, and what makes a checkout run.
$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.runtime
	@sh deploy/need.sh mosquitto
	@$(BIN)/store-sim demo --for $(FOR) $(if $(VIDEO),--video '$(VIDEO)')

test: $(VENV)/.dev
	@sh deploy/need.sh mosquitto chromium cjk vtest rtsp
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(VENV)/.dev
	@sh deploy/need.sh vtest
	$(BIN)/python -m benchmarks

# What advice on lanes is worth, over simulated weeks: docs/policy.md.
policy: $(VENV)/.dev
	DAYS=$(DAYS) SEED=$(SEED) $(BIN)/python -m benchmarks.policy

docs: $(VENV)/.dev
	@sh deploy/need.sh mosquitto chromium cjk
	PYTHONPATH=. $(BIN)/python docs/make.py

# pip-compatible, for all platforms at once; --no-emit-index-url keeps host names out.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(VENV)/.dev
	$(LOCK) pyproject.toml requirements-build.in --extra demo -o requirements.lock
	$(LOCK) pyproject.toml requirements-build.in --extra demo --extra dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist var
