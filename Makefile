# make run        serve the dashboard on http://localhost:8501 (HOST and PORT override)
# make test       format, lint, every test; installs what it needs
# make bench      measure and print one table
# make bench-large       37 million records in one file (2.7 GB of disk); not part of make bench
# make test-distributed  records in a cluster of Apache Spark; installs it, wants Java 17; not part of make test
# make reference  build the territories and boundaries again from their sources
# make clean      remove what was installed or cached here (never data/local)

VENV := .venv
PYTHON := $(VENV)/bin/python
# A stamp carries the hash of the list it stands for: nothing is installed again until the list itself changes.
hash = $(shell cat $(1) | cksum | cut -d' ' -f1)
RUN_STAMP := $(VENV)/.installed-run-$(call hash,requirements.txt)
DEV_STAMP := $(VENV)/.installed-dev-$(call hash,requirements.txt requirements-dev.txt)
DISTRIBUTED_STAMP := $(VENV)/.installed-distributed-$(call hash,requirements.txt requirements-dev.txt requirements-distributed.txt)
BUILD_STAMP := $(VENV)/.installed-build-$(call hash,requirements.txt requirements-build.txt)
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: run test test-distributed bench bench-large reference clean browser
.DEFAULT_GOAL := run

run: $(RUN_STAMP)
	@exec $(PYTHON) -m ui.server

test: $(DEV_STAMP) browser
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	CHROMIUM="$$(sh .ci/browser)" $(PYTHON) -m pytest -q -n 2 --dist loadgroup

bench: $(DEV_STAMP) browser
	CHROMIUM="$$(sh .ci/browser)" $(PYTHON) -m bench

bench-large: $(DEV_STAMP)
	$(PYTHON) -m bench large

test-distributed: $(DISTRIBUTED_STAMP)
	@java -version > /dev/null 2>&1 || { echo "Apache Spark needs Java 17 (Debian, Ubuntu: sudo apt-get install openjdk-17-jre-headless)." >&2; exit 1; }
	DISTRIBUTED=1 $(PYTHON) -m pytest -q tests/distributed

reference: $(BUILD_STAMP)
	$(PYTHON) -m data.reference.build_territories
	$(PYTHON) -m data.reference.build_boundaries

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Says at once, before twenty minutes of tests, what is missing and how to get it.
browser:
	@sh .ci/browser > /dev/null

$(PYTHON):
	@for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if command -v $$python > /dev/null 2>&1 && \
	     $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
	    echo "Making $(VENV) with $$($$python --version)"; \
	    $$python -m venv $(VENV) && exit 0; \
	    echo "Python's venv module did not work. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	  fi; \
	done; echo "Python 3.11 or newer was not found: install it, then run make again." >&2; exit 1

$(RUN_STAMP): | $(PYTHON)
	@echo "Installing what the dashboard needs (a few minutes, once)…"
	@$(PIP) -r requirements.txt
	@rm -f $(VENV)/.installed-run-*; touch $@

$(DEV_STAMP): | $(PYTHON)
	@echo "Installing what the tests need (a few minutes, once)…"
	@$(PIP) -r requirements-dev.txt
	@rm -f $(VENV)/.installed-dev-* $(VENV)/.installed-run-*; touch $@ $(RUN_STAMP)

$(DISTRIBUTED_STAMP): | $(DEV_STAMP)
	@echo "Installing Apache Spark (half a gigabyte, once)…"
	@$(PIP) -r requirements-distributed.txt
	@rm -f $(VENV)/.installed-distributed-*; touch $@

$(BUILD_STAMP): | $(PYTHON)
	@$(PIP) -r requirements-build.txt
	@rm -f $(VENV)/.installed-build-*; touch $@
