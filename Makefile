# Everything that this project can be asked to do. `make help` explains.

VENV ?= .venv
BIN = $(VENV)/bin

# python3 where it will do, else the newest that is installed.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && \
	echo "$$python" && break; done)

# JavaScript is checked as Python is, by a tool that comes from PyPI too: TypeScript and a linter in one file.
DENO = DENO_NO_UPDATE_CHECK=1 $(BIN)/deno
SCRIPTS = gradwalk/player components

BROWSERS = chromium chromium-browser google-chrome google-chrome-stable chrome

# Install with the system's package manager: $(1) is Debian's name, $(2) Homebrew's.
AS_ROOT = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
define install
if command -v apt-get >/dev/null; then \
	$(AS_ROOT) apt-get update -q && \
	$(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(1); \
elif command -v brew >/dev/null; then \
	brew install $(2); \
else \
	echo "Please install $(1) with your system's package manager, then run make again." >&2; exit 1; \
fi
endef

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check format bench drawings sketches films load failover fuzz soak serve-replicas gallery licences sbom lock font libraries audit clean graphviz browser nginx

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Each sets up what it needs, in $(VENV)/ and (Graphviz, and a Chromium for the tests) with apt-get or brew."
	@echo "PYTHON=/path/to/python3.12 names another Python, VENV=folder another place."

run: $(VENV)/installed graphviz ## Start Gradwalk and open it in the browser
	$(BIN)/streamlit run app.py

serve-replicas: $(VENV)/installed graphviz nginx ## Start several replicas behind nginx (REPLICAS=2 PORT=8501)
	$(BIN)/python -m deploy.replicas --replicas $(or $(REPLICAS),2) --port $(or $(PORT),8501)

test: check browser graphviz nginx ## Check and test everything, in a real browser too
	$(BIN)/pytest -n 2

check: $(VENV)/installed-dev ## Check style, format and types, JavaScript's too
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(DENO) lint --quiet
	$(DENO) check --quiet $(SCRIPTS)

format: $(VENV)/installed-dev ## Put the code into the project's format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/installed-dev browser graphviz ## Measure, and print the ratios
	$(BIN)/python -m benchmarks

drawings: $(VENV)/installed graphviz ## Write components/*/drawings.js and course.js: the small pictures of the examples
	$(BIN)/python -m deploy.drawings

sketches: $(VENV)/installed ## Write docs/pictures/terms: the small pictures of the glossary
	$(BIN)/python -m deploy.sketches

films: $(VENV)/installed-dev browser graphviz ## Make the docs' films and the README's pictures anew
	$(BIN)/python -m tests.films

load: $(VENV)/installed-dev graphviz ## Measure a class of 200 at one server (SESSIONS=200 SECONDS=60)
	$(BIN)/python -m benchmarks load hostile_server

failover: $(VENV)/installed-dev browser graphviz nginx ## Kill replicas under an open page (REPEATS=20)
	$(BIN)/python -m benchmarks failover

fuzz: $(VENV)/installed-dev graphviz ## Random programs through every way in (MINUTES=30 SEED=text)
	$(BIN)/python -m benchmarks fuzz

soak: $(VENV)/installed-dev graphviz ## Mixed use for long, looking for leaks (MINUTES=30)
	$(BIN)/python -m benchmarks soak

gallery: $(VENV)/installed graphviz ## Write gallery/: all examples as pages that need no server (SERVER=https://... links to one)
	$(BIN)/python -m deploy.gallery gallery $(SERVER)

licences: $(VENV)/installed ## Write docs/licences.md: the licence of every package
	$(BIN)/python -m deploy.licences

sbom: $(VENV)/installed-dev ## Write deploy/sbom.json: every package, in CycloneDX's form
	$(BIN)/python -m deploy.sbom

font: $(VENV)/installed-dev ## Write gradwalk/player/sans.woff2: the font of pages that stand alone
	$(BIN)/python -m deploy.font

libraries: ## Write components/program/libraries.js: what the notebook takes of CodeMirror and others (asks npm)
	cd components/program/libraries && npm ci && npm run build

lock: $(VENV)/bin/python ## Write requirements.lock: the hashes of what is pinned (asks PyPI)
	@[ -x $(VENV)-lock/bin/uv ] || { $(BIN)/python -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install -q uv==0.13.9; }
	@head -n 2 requirements.lock > $(VENV)-lock/new
	$(VENV)-lock/bin/uv pip compile --no-config --universal --python-version 3.11 --no-deps --generate-hashes \
		--no-annotate --no-header --no-emit-package torch --quiet requirements.txt >> $(VENV)-lock/new
	@mv $(VENV)-lock/new requirements.lock

audit: $(VENV)/bin/python ## Look for known vulnerabilities in what is pinned (asks PyPI)
	@[ -x $(VENV)-audit/bin/pip-audit ] || { $(BIN)/python -m venv $(VENV)-audit && \
		$(VENV)-audit/bin/pip install -q pip-audit==2.10.1; }
	$(VENV)-audit/bin/pip-audit --strict --no-deps --disable-pip -r requirements.txt

clean: ## Remove everything that make has set up or that tests left behind
	rm -rf $(VENV) $(VENV)-audit $(VENV)-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Gradwalk needs Python 3.11, 3.12 or 3.13 and found none on the PATH." >&2; \
		echo "Install one, or name one: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; \
	fi
	@# Debian keeps a part of venv in a package of its own.
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null || { $(call install,\
		$$("$(PYTHON)" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'),python); }
	"$(PYTHON)" -m venv $(VENV)

# The empty files mark what is installed, so that a second run need not ask pip.
$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(BIN)/python -m pip install -r requirements-dev.txt
	@touch $@

graphviz:
	@command -v dot >/dev/null || { $(call install,graphviz,graphviz); }

# Debian keeps it where only root looks.
nginx:
	@PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || { $(call install,nginx-light,nginx); }

# A browser, and the one library that the Node in Playwright's package needs beyond what every system has.
browser: $(VENV)/installed-dev
	@for name in $(BROWSERS); do command -v "$$name" >/dev/null && exit 0; done; \
	for app in "Google Chrome" Chromium; do [ -d "/Applications/$$app.app" ] && exit 0; done; \
	$(call install,chromium fonts-dejavu-core,--cask chromium)
	@if ldd $(VENV)/lib/python3*/site-packages/playwright/driver/node 2>/dev/null | grep -q 'libatomic.*not found'; then \
		$(call install,libatomic1,gcc); \
	fi
