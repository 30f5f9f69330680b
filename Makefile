# make run: set up, build the library if it is missing or stale, serve the page.
# make test: set up, lint, type-check, run the tests.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
TIMED := tests/test_at_once.py
STAMP := $(VENV)/.installed

.PHONY: help setup run test lint clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: $(STAMP) ## a virtual environment with everything in it

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

run: setup ## build the library where needed and serve the page on http://127.0.0.1:7860
	$(BIN)/wenzheng index
	$(BIN)/wenzheng ui

test: setup lint ## lint, types, tests: JOBS files at a time, then what is timed alone
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --ignore $(TIMED)
	$(BIN)/python -m pytest $(TIMED)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean: ## remove the environment and the library
	rm -rf $(VENV) library
