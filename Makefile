# Every target makes .venv first when it is missing or older than the requirements.
# Needed: Python 3.11 with pip and venv, gcc, make. `make run` is all it takes to try the system.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
# A file stays with one worker, which keeps browsers and servers to the tests that need them; tests/conftest.py says
# which file begins when.
PYTEST := $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q
# What one changes most, without browsers and servers: rules, pure parts, and one file for each door.
QUICK := tests/crosscut/test_layers.py tests/crosscut/test_migrations.py tests/crosscut/test_trace.py \
	tests/config/test_default_rows.py tests/core/test_operation.py tests/core/test_policy.py tests/core/test_forms.py \
	tests/bot/test_engine.py tests/tickets/test_create.py tests/tickets/test_status.py tests/tickets_admin/test_actions.py \
	tests/accounts/test_sign_in.py tests/uploads/test_names.py tests/sla/test_tickets.py
PG15_BINDIR := $(or $(PG_BINDIR),/usr/lib/postgresql/15/bin)
# A home that cannot be written to must not make pip complain.
PIP_FLAGS := -q --disable-pip-version-check --no-input $(shell test -w "$$HOME" || echo --no-cache-dir)
export PIP_ROOT_USER_ACTION := ignore

.PHONY: run demo screenshots widget-screenshots test quick check bench bench-realtime soak messages openapi test-pg15 widget-size

.venv/installed: requirements.txt requirements-dev.txt
	@test -x $(PY) || { echo "making .venv"; $(PYTHON) -m venv .venv; }
	@echo "installing what requirements-dev.txt lists; this takes a minute or two"
	@$(PY) -m pip install $(PIP_FLAGS) -r requirements-dev.txt
	@touch $@

# Everything on http://127.0.0.1:3000 with demo data; PORT, HOST, DATA_DIR and DEMO=0 change that.
run: .venv/installed
	@DEMO=$(or $(DEMO),1) $(PY) manage.py up

# Demo people and tickets into the database at hand.
demo: .venv/installed
	@$(PY) manage.py demo

# The whole suite; the last line says which suites could not run here. Narrow it with ARGS="tests/config -k up".
test: .venv/installed
	@$(PYTEST) $(ARGS)

# A look at what one changes most, in less than a minute on an idle machine.
quick: .venv/installed
	@$(PYTEST) $(QUICK) $(ARGS)

# What CI runs: format, lint, types, layers, migrations, deployment checks, contracts, tests (warnings are errors).
check: .venv/installed
	$(PY) -m ruff format --check -q .
	$(PY) -m ruff check -q .
	$(PY) -m mypy .
	.venv/bin/lint-imports --no-logo
	$(PY) manage.py makemigrations --check --dry-run
	SITE_URL=https://support.example SECRET_KEY=$$($(PY) -c "import secrets; print(secrets.token_urlsafe(48))") \
		$(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py openapi --check
	$(PY) manage.py asyncapi --check
	$(PY) manage.py messages --check
	@$(PYTEST) $(ARGS)

# Ratios against floors and peers on this machine; results in benchmarks/results.
bench: .venv/installed
	@$(PY) -m benchmarks $(ARGS)

# R1 to R7 of the sockets against Socket.IO under Node (where Node and npm are there) and a floor of SQL.
bench-realtime: .venv/installed
	@$(PY) -m benchmarks.realtime $(ARGS)

# The long runs, one group at a time: make soak GROUP=races
soak: .venv/installed
	@$(PY) -m benchmarks.soak $(GROUP) $(ARGS)

# Pictures of every page of the back office that runs at SITE, into OUT: tests/browser/screenshots.py.
screenshots: .venv/installed
	@$(PY) -m tests.browser.screenshots $(ARGS)

# The same of the widget in its states and of the pages under /help: tests/widget/screenshots.py.
widget-screenshots: .venv/installed
	@$(PY) -m tests.widget.screenshots $(ARGS)

# Collects every string into locale/ar and compiles it.
messages: .venv/installed
	@$(PY) manage.py messages

# Writes openapi.yaml and asyncapi.json, which are committed so that a change of the contract shows in review.
openapi: .venv/installed
	@$(PY) manage.py openapi
	@$(PY) manage.py asyncapi

# What the chat widget weighs on a page: each script as a browser fetches it, gzipped, the socket's client among them.
widget-size:
	@total=0; for file in widget/static/widget/*.js realtime/static/realtime/realtime.js; do \
		size=$$(gzip -9 -c $$file | wc -c); total=$$((total + size)); printf '%7d  %s\n' $$size $$file; done; \
	printf '%7d  bytes gzipped in all, of 40960 allowed\n' $$total; test $$total -le 40960

# The suite on PostgreSQL 15, the oldest supported, from PG_BINDIR or where Debian puts it.
test-pg15: .venv/installed
	@test -x "$(PG15_BINDIR)/initdb" || { \
		echo "PostgreSQL 15 was not found in $(PG15_BINDIR): set PG_BINDIR, or install it (Debian: postgresql-15)."; exit 1; }
	@PG_BINDIR="$(PG15_BINDIR)" $(PYTEST) $(ARGS)
