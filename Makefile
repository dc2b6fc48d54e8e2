# Two commands do all set-up: make run, make test. This file only calls tools.
PYTHON ?= python3
DEMO ?= yes
VENV := .venv/bin
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test axe walks attack soak outage fraud bench bench-quick check stop packages packages-dev

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

run: packages ## start everything here with demo cases (DEMO=no: an empty database for real use); Ctrl-C stops it
	@$(if $(filter no,$(DEMO)),RELIEF_ENV=office )exec $(VENV)/python manage.py serve --setup

stop: ## stop an embedded database that was left running for psql
	@$(VENV)/python manage.py dburl --stop

test: packages-dev ## the whole test suite
	@$(VENV)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

axe: packages-dev ## axe on every page that people reach, on the main ones in each language, letter size and width
	@EVERY_WAY=yes $(VENV)/python -m pytest -q -n 0 -s --timeout 3600 tests/pages/test_main_pages.py tests/pages/test_states.py tests/pages/test_newer_pages.py tests/pages/test_rooms.py tests/pages/test_screening.py

walks: packages-dev ## a case walked to every ending of its road; some minutes
	@EVERY_ENDING=yes $(VENV)/python -m pytest -q -n 0 -s tests/journeys/test_walk.py

attack: packages-dev ## each kind of tampering with history at many random places (ATTACK_ROUNDS=200), and clean runs under load; an hour
	@ATTACK_ROUNDS=$(or $(ATTACK_ROUNDS),200) CLEAN_RUNS=100 $(VENV)/python -m pytest -q -n 0 -s --timeout 36000 tests/attack $(ARGS)

soak: packages-dev ## ten thousand acts of many hands on the same cases, in threads and processes; half an hour
	@SOAK_ACTS=10000 $(VENV)/python -m pytest -q -n 0 -s tests/races/test_crossing.py $(ARGS)

outage: packages-dev ## each broker taken away for a whole minute under running work; the delay, what was lost and doubled
	@OUTAGE_SECONDS=$(or $(SECONDS),60) $(VENV)/python -m pytest -q -n 0 -s tests/faults/test_broker_away.py tests/faults/test_workers.py -k 'broker_is_down or rings_ten' $(ARGS)

fraud: packages-dev ## sixteen kinds of fraud among a hundred thousand cases: found, false alarms, time; half an hour
	@FRAUD_CASES=$(or $(CASES),100000) $(VENV)/python -m pytest -q -n 0 -s tests/checks/test_fraud.py $(ARGS)

bench: packages-dev ## how fast it is beside plain viewflow and hand-written SQL, with a million open tasks; an hour
	@$(VENV)/python -m tests.bench $(ARGS)

bench-quick: packages-dev ## the same in small, under two minutes
	@$(VENV)/python -m tests.bench --quick $(ARGS)

check: packages-dev ## lint, types, laws, migrations
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/djlint templates --lint --quiet
	$(VENV)/mypy project cases workflows
	$(VENV)/lint-imports --no-cache
	$(VENV)/python manage.py check --fail-level WARNING
	$(VENV)/python manage.py makemigrations --check --dry-run

packages:
	@$(PYTHON) tools/setup.py

packages-dev:
	@$(PYTHON) tools/setup.py --dev
