# Two commands for everyone: `make run` and `make test`. `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8000
JOBS ?= 2
export PORT

venv := .venv/bin
runtime := .venv/.installed-requirements
tools := .venv/.installed-requirements-dev
harness_options = $(if $(ONLY),--only "$(ONLY)") $(if $(filter-out 0,$(QUICK)),--quick)

.DEFAULT_GOAL := help
.PHONY: help run test check lint types layers templates catalogs catalogs-compiled tests bench faults i18n format lock clean system-packages
# One thing after the other, so that what fails is the last thing printed.
.NOTPARALLEL:

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: $(runtime) ## the demo municipality on http://127.0.0.1:8000 (PORT=)
	$(venv)/portal demo run

test: system-packages $(tools) catalogs-compiled tests ## all tests, on SQLite and PostgreSQL, with a real browser

check: system-packages $(tools) catalogs-compiled lint types layers templates catalogs tests ## everything CI runs
	$(MAKE) --no-print-directory bench QUICK=1
	$(MAKE) --no-print-directory faults QUICK=1

lint: $(tools) ## ruff, rules and format
	$(venv)/ruff check .
	$(venv)/ruff format --check .

types: $(tools) ## mypy, strict, both packages
	$(venv)/mypy

layers: $(tools) ## import-linter: which room may import which
	$(venv)/lint-imports

templates: $(tools) ## djlint on the templates
	$(venv)/djlint --lint --quiet templates

catalogs: $(tools) ## the translations: our checker, then gettext's own
	$(venv)/portal i18n check
	find translations -name '*.po' -print0 | xargs -0 -r -n 1 msgfmt -c -o /dev/null

catalogs-compiled: $(runtime)
	$(venv)/portal i18n compile

tests: $(tools) ## pytest alone (ARGS="-k name")
	$(venv)/pytest -n $(JOBS) $(ARGS)

bench: $(tools) ## timings, one JSON object a line (ONLY=names or groups, QUICK=1)
	@$(venv)/python -m tests.benchmarks $(harness_options)

faults: $(tools) ## races, kills, lost power, failing disks and leaks, one JSON object a line (ONLY=, QUICK=1)
	@.ci/system-packages strace
	@$(venv)/python -m tests.faults $(harness_options)

i18n: $(runtime) ## extract the messages, merge them into every catalog, compile, check
	$(venv)/portal i18n extract
	$(venv)/portal i18n sync
	$(venv)/portal i18n compile
	$(venv)/portal i18n check

format: $(tools) ## let ruff put the code in shape
	$(venv)/ruff format .
	$(venv)/ruff check --fix .

lock: ## the lock files anew from pyproject.toml (needs uv)
	uv pip compile --universal --generate-hashes --no-header --no-annotate --quiet pyproject.toml --group build -o requirements.txt
	uv pip compile --universal --generate-hashes --no-header --no-annotate --quiet pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt

clean: ## throw away what was made here: environment, databases of the demo, compiled catalogs
	rm -rf .venv var build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find translations -name '*.mo' -delete

system-packages:
	@.ci/system-packages

# The environment, made once and again when a lock file changes. The tools' lock holds the runtime's too.
.venv/.installed-%: %.txt pyproject.toml
	@.ci/environment "$(PYTHON)" "$<"
	@touch "$@" $(if $(findstring -dev,$@),"$(runtime)")
