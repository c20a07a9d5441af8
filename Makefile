# The verbs of this repository; `make` alone lists them. Everything is made inside the clone.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
# What was compiled once is there for the next start of a server or of a test.
unexport PYTHONDONTWRITEBYTECODE
DATA ?= $(or $(EARTHSHINE_DATA),data)
ARGS ?=
BIN := .venv/bin

# Left behind by an installation that is complete; newer lock files or metadata make them stale.
RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed
LOCKED := pyproject.toml requirements/runtime.txt requirements/pictures.txt requirements/sandbox.txt
PIP := $(BIN)/python -m pip --disable-pip-version-check
# A process for each core, in the order of the files, as those at the end are short; and one more but in browsers, as
# tests wait for servers and databases half of the time. ARGS="-n 0" runs all in one.
PYTEST := $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder -n 2
SERVER := -m "not browser"
BROWSER := -m "browser and not walk"
# A busy machine is late now and then. A fault of ours fails again. (1: tests failed; anything else ends it at once.)
UNSTEADY := These failed beside others. Once more, one after the other: what is PASSED below is unsteady, mend it.
define tests
$(PYTEST) $(1) $(ARGS) || { [ $$? = 1 ] && echo "$(UNSTEADY)" && $(PYTEST) $(1) $(AGAIN) $(ARGS); }
endef
AGAIN := --last-failed --last-failed-no-failures none -n 0 -r pfEs
INSTALL_SELF := $(PIP) install --quiet --no-deps --no-build-isolation --editable .

.PHONY: help setup serve web engines wheel unit test screens clients check format hooks bench docs lock clean

help: ## List the verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

setup: $(RUNTIME) ## Prepare this clone: virtual environment in .venv, web app, default model in .cache
	@scripts/build-web
	@$(BIN)/python scripts/default_model.py

serve: setup ## Run the server (ARGS="--port 9000" adds flags; DATA=dir chooses the data directory)
	@$(BIN)/python scripts/default_model.py --into "$(DATA)"
	@$(BIN)/earthshine serve --data "$(DATA)" $(ARGS)

test: $(DEV) setup ## Run all tests: the web app's, on SQLite, in a browser, on PostgreSQL (ARGS="-k chat" adds flags)
	@scripts/get-postgresql
	@scripts/get-chromium
	@scripts/get-tesseract
	@scripts/build-web test
	@$(call tests,-n 3 $(SERVER))
	@$(call tests,$(BROWSER))
	@export EARTHSHINE_TEST_DATABASE=postgresql; $(call tests,-n 3 $(SERVER))

unit: $(DEV) ## Run the tests that need no server, database, engine or browser: a minute (ARGS="-k schema" adds flags)
	@scripts/get-tesseract
	@$(PYTEST) -m unit $(ARGS)

web: $(RUNTIME) ## Build the web app, if its sources changed
	@scripts/build-web

engines: $(DEV) setup ## Compile llama.cpp for this processor and run the engine's tests with it (minutes; needs cmake, c++)
	@$(BIN)/earthshine engine build --no-bench --data .cache/engines
	@EARTHSHINE_LLAMA_SERVER="$(CURDIR)/.cache/engines/engines/llamacpp/cpu/llama-server" \
		$(PYTEST) -n 0 tests/engines/llamacpp $(ARGS)

wheel: web ## Build dist/earthshine-*.whl, which carries the web app: one `pip install` and it serves
	@rm -rf dist
	@$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist

screens: $(DEV) setup ## Walk past every screen in four languages: what axe finds, what is cut off, what is not translated
	@scripts/get-chromium
	@$(PYTEST) -m walk $(ARGS)

clients: $(DEV) setup ## Run other people's clients against a server, and write docs/clients.md (ARGS="codex_tool" runs some)
	@$(BIN)/python -m bench.clients.run $(ARGS)

check: $(DEV) ## Lint, format, types, import contracts, generated pages, and the web app's lint and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python scripts/generate_docs.py --check
	scripts/build-web check

format: $(DEV) ## Format the code and apply the linter's safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

hooks: ## Have each commit looked at before it is made (optional)
	git config core.hooksPath scripts/hooks

bench: $(DEV) ## List the benches and how to run each
	@$(BIN)/python scripts/list_benches.py

docs: $(DEV) ## Write the generated pages anew
	$(BIN)/python scripts/generate_docs.py

lock: $(DEV) ## Write the lock files anew with the newest versions that pyproject.toml allows
	scripts/lock

clean: ## Remove the environment and caches; data stays
	rm -rf .venv .cache .pytest_cache .ruff_cache web/node_modules src/earthshine/web_assets

.venv/bin/python:
	@scripts/make-venv "$(PYTHON)"

$(RUNTIME): $(LOCKED) | .venv/bin/python
	@echo "installing the locked packages"
	@$(PIP) install --quiet --require-hashes --requirement requirements/runtime.txt --requirement requirements/pictures.txt --requirement requirements/sandbox.txt
	@$(INSTALL_SELF)
	@touch $@

$(DEV): $(LOCKED) requirements/dev.txt | .venv/bin/python
	@echo "installing the locked packages, development tools included"
	@$(PIP) install --quiet --require-hashes --requirement requirements/dev.txt
	@$(INSTALL_SELF)
	@touch $(RUNTIME) $@
