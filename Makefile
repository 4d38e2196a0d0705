.PHONY: run demo test bench lint clean
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

run: $(VENV)/.base  ## Set up, crawl the demo site, show the dashboard at http://127.0.0.1:8501
	$(BIN)/langnghe demo

demo: $(VENV)/.base  ## The same without the dashboard; ends by itself
	$(BIN)/langnghe demo --no-serve

test: $(VENV)/.dev lint  ## Set up, install the servers that tests use, run all tests
	bash ops/install_test_servers.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile

bench: $(VENV)/.dev  ## Measure speed and memory; writes docs/benchmarks.md
	$(BIN)/python -m bench.run

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) var build *.egg-info

$(VENV)/.base: pyproject.toml ops/setup.sh
	PYTHON=$(PYTHON) bash ops/setup.sh . && touch $@

$(VENV)/.dev: $(VENV)/.base
	PYTHON=$(PYTHON) bash ops/setup.sh '.[dev]' && touch $@
