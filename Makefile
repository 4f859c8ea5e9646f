# perfsite: what people do with it. `make` alone prints this list.
# It makes its own virtual environment in .venv; nothing is installed anywhere else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two stamps: what a site is built with is a third of what is installed to work on perfsite.
RUNS := $(VENV)/runs
READY := $(VENV)/ready
DOCS_READY := $(VENV)/docs/requirements.txt
JOBS ?=
EDITION ?=
OUT ?= build
DATA ?= data
SHARED ?= ../shared/data
PROCESSES ?= auto
# One more than there are processors where tests often wait for a program that they have started.
MORE = $(if $(filter auto,$(PROCESSES)),$(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)'),$(PROCESSES))
PYTEST := $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder --durations 20
# Tests start perfsite a hundred times, and without this each of them would compile it anew.
unexport PYTHONDONTWRITEBYTECODE
OPTIONS := $(if $(JOBS),--jobs $(JOBS)) $(if $(EDITION),--edition $(EDITION))

.DEFAULT_GOAL := help
.PHONY: help site quick test proofs quick-tests main-tests lint tools serve validate golden documents charts docs case-study patterns bench lighthouse screenshots vl-convert-next sbom lowest clean

help: ## print this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

$(RUNS): pyproject.toml requirements/site.txt requirements/build.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "perfsite needs Python 3.11 or later; say which with make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@scripts/install.sh $(VENV) site
	@touch $@

$(READY): $(RUNS) requirements/archive.txt requirements/dask.txt requirements/dev.txt
	@scripts/install.sh $(VENV) dev
	@touch $@

site: $(RUNS) ## build the example site from data/ into build/
	@$(BIN)/perfsite build $(DATA) --out $(OUT) $(OPTIONS)

serve: $(RUNS) ## build the site and show it at http://127.0.0.1:8000/
	@$(BIN)/perfsite serve $(DATA) --out $(OUT) $(OPTIONS)

validate: $(RUNS) ## list every problem of the data
	@$(BIN)/perfsite validate $(DATA)

# mypy has one core only, so that it and the tests run beside each other.
quick: $(READY) ## check style, types and all that needs neither the example nor a browser
	@$(MAKE) --no-print-directory --jobs 2 lint quick-tests

# A missing tool is a failure where CI is set, so that the documentation is built there, too.
test: tools $(if $(CI),$(DOCS_READY)) ## everything that has to be green before a change is shared
	@$(MAKE) --no-print-directory --jobs 2 lint main-tests

proofs: tools ## what takes long: the whole of what `make test` tries in part
	HYPOTHESIS_PROFILE=long $(PYTEST) -m "proofs or hypothesis"

quick-tests: $(READY)
	HYPOTHESIS_PROFILE=inner $(PYTEST) --numprocesses $(MORE) -m quick

main-tests: $(READY)
	HYPOTHESIS_PROFILE=ci $(PYTEST) -m "not proofs"

lint: $(READY) ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

tools: $(READY)
	@scripts/browser_tools.sh $(VENV)
	@scripts/proof_tools.sh $(VENV)

golden: $(READY) ## accept the actual output of the last test run (see tests/golden/README.md)
	$(BIN)/python -m tests.golden_files accept

documents: $(READY) ## write docs/commands.md, docs/schemas and docs/errors.md anew
	@PYTHONPATH=tests $(BIN)/python tests/explained_examples.py
	@$(BIN)/python scripts/documents.py

charts: $(READY) ## compile the kinds of charts to Vega, into the package
	@$(BIN)/python scripts/charts.py

# An environment of its own, for these libraries are no business of a site's, or of its tests'.
$(DOCS_READY): requirements/docs.txt
	$(PYTHON) -m venv $(VENV)/docs
	@$(VENV)/docs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@cp $< $@

docs: $(DOCS_READY) ## build the documentation as a site into build-docs/
	@$(VENV)/docs/bin/python scripts/docs_site.py build-docs

case-study: $(READY) ## write the tables of docs/case-study.md anew, with the public files in SHARED
	@$(BIN)/python scripts/case_study.py $(SHARED) docs/case-study.md

patterns: $(READY) ## write a page with every component of the templates
	@$(BIN)/python scripts/patterns.py

bench: $(READY) ## measure builds, beside Hugo and plain Altair, into docs/performance.md
	$(BIN)/python scripts/bench.py $(if $(QUICK),--quick) $(if $(JOBS),--jobs $(JOBS))

lighthouse: $(READY) site ## run Lighthouse on three pages of the example (see docs/testing.md)
	@scripts/browser_tools.sh $(VENV) lighthouse
	@PYTHONPATH=tests $(BIN)/python scripts/lighthouse.py --site $(OUT) $(if $(RUNS),--runs $(RUNS))

screenshots: $(READY) site ## take the pictures of docs/screenshots
	@scripts/browser_tools.sh $(VENV)
	@PYTHONPATH=tests $(BIN)/python scripts/screenshots.py --site $(OUT)

# It lies beside the environment, not in it. Bytes may differ: what is asked is whether every kind is drawn.
vl-convert-next: $(READY) ## draw every kind of picture with the next vl-convert, a candidate perhaps (see docs/testing.md)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --pre --upgrade --no-deps \
		--target $(VENV)/next 'vl-convert-python>=2.0.0rc1'
	@PYTHONPATH=tests $(BIN)/python scripts/pictures.py
	@PYTHONPATH=tests:$(CURDIR)/$(VENV)/next $(BIN)/python scripts/pictures.py
	PYTHONPATH=$(CURDIR)/$(VENV)/next $(BIN)/python -m pytest tests/test_chart_draw.py tests/test_chart_specs.py tests/test_chart_axes.py

sbom: $(READY) ## say what perfsite is made of, as CycloneDX, in dist/perfsite.cdx.json
	@mkdir -p dist
	@$(BIN)/python scripts/sbom.py > dist/perfsite.cdx.json

lowest: $(READY) ## run the quick tests with the lowest versions that pyproject.toml allows (needs uv)
	@scripts/lowest.sh

clean: ## remove the site, the virtual environment and all caches
	rm -rf build .build.* $(VENV) build-docs build-patterns dist .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/golden/actual
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
