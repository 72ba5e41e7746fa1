# Needs Python 3.10 or newer, git and make; everything else goes into $(VENV). With redis-server there, its suite runs too.
#   make demo     check the example of an outage and print the report
#   make test     everything that CI checks
#   make docs     write the generated pages and the README's example anew
#   make bench    REPO=path: time atomlint beside other tools on a checkout
#   make clean    remove what these made

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?= -n auto

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test lint types check-docs check-wheel pytest docs bench clean

help:
	@sed -n '/^#   make/s/^#   //p' Makefile

# The demo's own status is 0: the check ends with 1, because it finds what it is meant to find.
demo: $(VENV)/installed
	@$(PY) tools/demo.py

test: lint types check-docs check-wheel pytest

lint: $(VENV)/installed-tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(VENV)/installed-tests
	$(PY) -m mypy --strict atomlint
	$(PY) -m mypy --strict rules

check-docs: $(VENV)/installed-tests
	$(PY) docs/generate.py --check

check-wheel: $(VENV)/installed-tests
	$(PY) tools/check_wheel.py

# Last, so that its closing lines are: suites that were skipped for want of a tool, then what passed.
pytest: $(VENV)/installed-tests
	@ATOMLINT_SQLALCHEMY=$(abspath $(VENV))/sqlalchemy $(PY) tools/sqlalchemy_versions.py
	ATOMLINT_SQLALCHEMY=$(abspath $(VENV))/sqlalchemy $(PY) -m pytest $(PYTEST_ARGS)

docs: $(VENV)/installed-tests
	$(PY) docs/generate.py

bench: $(VENV)/installed-tests
	@test -n "$(REPO)" || { echo "make bench needs a checkout to time on: make bench REPO=path" >&2; exit 2; }
	$(PY) benchmarks/compare.py "$(REPO)"

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed: $(VENV)/made pyproject.toml setup.py
	@echo "installing atomlint into $(VENV)"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/installed-tests: $(VENV)/made pyproject.toml setup.py
	@echo "installing atomlint and what its tests need into $(VENV)"
	@$(PIP) install --editable '.[lsp,test]'
	@touch $@ $(VENV)/installed

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON) here. Install Python 3.10 or newer, or name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "atomlint needs Python 3.10 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Name another: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) comes without venv, which this needs (Debian and Ubuntu: apt install python3-venv)." >&2; exit 2; }
	@echo "making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@
