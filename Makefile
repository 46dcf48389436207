# The commands of Motcua; `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run portal period check-source ui backup restore rebuild withdraw doctor test check structure audit format bench bench-small mutants faults soak lock sample docs screenshots

help: ## List the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## Make the virtual environment from the lock file

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Motcua needs Python 3.11 to 3.13; found $$($(PYTHON) -V). Set PYTHON=python3.12, say."; exit 1; }
	@echo "Installing into $(VENV): a minute or two the first time"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

run: $(READY) ## Process the bundled sample and print its rates; SOURCE=igate2: from its portal
	$(BIN)/python -u -m pipelines.commands.cli run $(SOURCE)

portal: $(READY) ## The sample as a portal on http://127.0.0.1:8769, to collect from
	@$(BIN)/python -m pipelines.commands.demo_portal

period: $(READY) ## Redo one period and whatever it moves: make period PERIOD=2023-10-15; ACCEPT_FEWER=yes: publish less than before
	@test -n "$(PERIOD)" || { echo "Give the first day of the period: make period PERIOD=2023-10-15"; exit 1; }
	@test -z "$(filter-out yes,$(ACCEPT_FEWER))" || { echo "ACCEPT_FEWER is yes, or left out"; exit 1; }
	$(BIN)/python -u -m pipelines.commands.cli period $(PERIOD) $(if $(filter yes,$(ACCEPT_FEWER)),--accept-fewer)

check-source: $(READY) ## Check settings: make check-source SETTINGS=x.toml EXPORT=name FILE=sample
	@test -n "$(SETTINGS)" -a -n "$(EXPORT)" -a -n "$(FILE)" || { echo "Give all three: make check-source SETTINGS=path/to/x.toml EXPORT=name FILE=sample"; exit 1; }
	@$(BIN)/python -u -m pipelines.commands.cli check-source "$(SETTINGS)" "$(EXPORT)" "$(FILE)" $(if $(PERIOD),--period $(PERIOD))

ui: $(READY) ## Dagster on http://127.0.0.1:3000, with its daemon
	$(BIN)/python -u -m pipelines.commands.cli ui

backup: $(READY) ## Copy everything into a new folder: make backup TO=/mnt/backup/2023-11-15
	@test -n "$(TO)" || { echo "Give a new folder: make backup TO=/mnt/backup/2023-11-15"; exit 1; }
	@$(BIN)/python -u -m pipelines.commands.cli backup "$(TO)"

restore: $(READY) ## Bring a back-up into an empty MOTCUA_DATA: make restore FROM=/mnt/backup/2023-11-15
	@test -n "$(FROM)" || { echo "Give the folder of a back-up: make restore FROM=/mnt/backup/2023-11-15"; exit 1; }
	@$(BIN)/python -u -m pipelines.commands.cli restore "$(FROM)"

rebuild: $(READY) ## Load the warehouse anew from the raw files; ACCEPT_LOSS=yes: without purged ones
	@test -z "$(filter-out yes,$(ACCEPT_LOSS))" || { echo "ACCEPT_LOSS is yes, or left out"; exit 1; }
	@$(BIN)/python -u -m pipelines.commands.cli rebuild $(if $(filter yes,$(ACCEPT_LOSS)),--accept-loss)

withdraw: $(READY) ## Take back what a clock that ran ahead collected: make withdraw TODAY=2023-11-20
	@test -n "$(TODAY)" || { echo "Give the day of today: make withdraw TODAY=2023-11-20"; exit 1; }
	@$(BIN)/python -m pipelines.commands.cli withdraw "$(TODAY)"

doctor: $(READY) ## Look at folders, room, locks, daemon, schedules, settings: what to do?
	@$(BIN)/python -m pipelines.commands.doctor

# One more than two cores have: some tests wait for a daemon or a browser.
WORKERS ?= 3
test: $(READY) ## Every test, a landing's share of the random cases; WORKERS=3
	$(BIN)/python -m pytest -n $(WORKERS)

check: $(READY) ## Format, lint, imports, types, known vulnerabilities
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	@$(MAKE) --no-print-directory audit

structure: $(READY) ## Contracts on imports, line counts, the largest modules and functions
	@$(BIN)/python -m pipelines.commands.structure

audit: $(READY) ## Is a dependency known to be vulnerable?
	$(BIN)/python -m pipelines.commands.audit

format: $(READY) ## Format, and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

ROWS ?= 10000000
bench: $(READY) ## Measure against bare DuckDB: make bench ROWS=10000000
	$(BIN)/python -m tests.benchmarks.bench --rows $(ROWS)
	$(BIN)/python -m tests.benchmarks.containers

bench-small: $(READY) ## Measure small runs: the sample, one period, one file of ten rows
	@$(BIN)/python -m tests.benchmarks.small

mutants: $(READY) ## Change the counting SQL in hundreds of places: is every slip noticed?
	$(BIN)/python -m tests.mutation.run

faults: $(READY) ## Plant the faults of tests/mutation/faults, one at a time: does a test catch each?
	$(BIN)/python -u -m tests.mutation.planted

soak: $(READY) ## The long versions of property, fuzz, kill and night tests, the slow backfill
	MOTCUA_SOAK=1 $(BIN)/python -m pytest -n $(WORKERS) tests/sql/test_figures_against_the_oracle.py \
		tests/unit/test_lists_against_a_plain_reading.py tests/unit/test_version_order.py \
		tests/unit/test_corrected_or_counted_anew.py tests/unit/test_old_changes.py \
		tests/unit/test_fuzz_readers.py tests/unit/test_fuzz_formats.py tests/nights \
		tests/end_to_end/test_ui.py

sample: $(READY) ## Write data/sample anew (the same bytes every time)
	$(BIN)/python data/sample/generate.py
	$(BIN)/python data/sample/generate_defects.py

docs: $(READY) ## Write the pages of docs/ that are made from schemas/ and the sample
	$(BIN)/python -m pipelines.commands.pages
	$(BIN)/python -m tests.docs

screenshots: $(READY) ## Take the pictures of docs/operator.md anew (needs Debian's chromium)
	$(BIN)/python -m tests.browser.screenshots

lock: ## Resolve requirements.lock anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-strip-extras --extra dev pyproject.toml --output-file requirements.lock
