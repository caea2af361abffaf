# Every command does its own set-up. The first run of each takes a minute; after that only pyproject.toml matters.

PYTHON ?= python3
export PYTHON

BIN := .venv/bin
STAMPS := .venv/.installed
SETUP := pyproject.toml Makefile tools/venv.sh

.PHONY: help demo test live-servers check lint types docs bench clean
.NOTPARALLEL:
.DEFAULT_GOAL := help

help:  ## Show this list
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/  make \1\t\2/p' Makefile | expand -t 22

demo: $(STAMPS)/demo  ## See the library at work
	@$(BIN)/mailwright demo

test: $(STAMPS)/test live-servers  ## Run every test, with real mail servers where they can be installed
	@$(BIN)/python -m pytest $(ARGS)

check: lint types docs test  ## Run what continuous integration runs

lint: $(STAMPS)/check  ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMPS)/check  ## Check types, with both checkers
	$(BIN)/mypy
	$(BIN)/pyright

docs: $(STAMPS)/check  ## Build the documentation into docs/_build/html
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

bench: $(STAMPS)/bench  ## Measure, beside other libraries
	@for script in $(sort $(wildcard bench/*.py)); do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

clean:  ## Remove everything the commands above have made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis docs/_build dist build
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

live-servers:
	@tools/servers.sh

# Always editable: the environments share one .venv, and a copy installed by one would go stale under the other.
$(STAMPS)/demo: INSTALL = -e '.[cli,crypto]'
$(STAMPS)/test: INSTALL = -e . --group test
$(STAMPS)/check: INSTALL = -e . --group test --group check --group docs --group bench
$(STAMPS)/bench: INSTALL = -e . --group test --group bench

$(STAMPS)/%: $(SETUP)
	@echo "Setting up for $*"
	@tools/venv.sh $(INSTALL)
	@mkdir -p $(STAMPS) && touch $@
