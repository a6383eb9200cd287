# Two commands on a fresh machine with python3 (3.11 or newer) and pip: `make demo` and `make test`; `make test-all` adds what
# takes long.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/pytest --numprocesses auto --maxprocesses 8 --dist loadfile

.PHONY: demo test test-all lint format lock clean
.DELETE_ON_ERROR:

# The environment, with $(BIN)/myosieve and $(BIN)/snakemake in it.
$(VENV): $(VENV)/installed

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "MyoSieve needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	@echo "Creating $(VENV) ..."
	@# Debian's python3 may lack ensurepip: then the system's pip installs pip into the environment.
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }
	@touch $@

$(VENV)/installed: $(VENV)/created requirements.lock pyproject.toml
	@echo "Installing MyoSieve and what it needs (about a minute) ..."
	@$(PIP) -r requirements.lock
	@$(PIP) --no-deps -e .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed requirements-test.lock
	@echo "Installing what the tests need ..."
	@$(PIP) -r requirements-test.lock
	@touch $@

demo: $(VENV)
	@$(BIN)/python resources/demo/run.py

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check --compact-diff Snakefile workflow
	$(BIN)/snakemake --lint --configfile config/demo.yaml

test: lint
	$(PYTEST) -m 'not slow'

test-all: lint
	$(PYTEST)

format: $(VENV)/installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

# Resolve the dependencies of pyproject.toml anew. The lock files name packages and versions, never where they came from.
lock: $(VENV)/created
	@$(PIP) uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --no-emit-index-url --no-annotate --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --upgrade --no-emit-index-url --no-annotate --custom-compile-command "make lock" --extra test pyproject.toml -o requirements-test.lock

clean:
	rm -rf $(VENV) results logs .snakemake
