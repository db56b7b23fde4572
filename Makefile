# Thin names for the commands that people and CI use.
PYTHON ?= python3
PY := .venv/bin/python

.PHONY: help run dev test check test-services clients bench lighthouse lock audit messages screenshots

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: ## start the portal: installs, migrates, loads the demo, prints the address
	@$(PYTHON) tools/bootstrap.py
	@exec $(PY) manage.py run_portal

dev: ## install what tests and checks need
	@$(PYTHON) tools/bootstrap.py dev

test: ## the whole suite on the embedded engines
	@$(PYTHON) tools/bootstrap.py dev browser
	@$(PY) tools/tests.py $(ARGS)

check: dev ## style, types, contracts, templates, migrations, deployment, dependencies
	@$(PY) tools/check.py

test-services: ## the same suite, and the crash tests, on PostgreSQL and Redis
	@$(PYTHON) tools/bootstrap.py dev
	@$(PY) tools/services.py -m pytest -m "not browser and not embedded" -n 3 --dist loadgroup $(ARGS)

clients: dev ## the xAPI clients of other people that `make test-services` tries on the portal (needs Node and npm)
	@npm install --no-save --no-package-lock --no-audit --no-fund --silent --prefix .venv/clients $$(cat tools/clients.txt)

bench: dev ## requests, answers and certificates a second, beside a baseline of the same run; weights of pages
	@$(PY) -m tests.bench

lighthouse: dev ## let `make bench` ask Lighthouse too (needs Node and npm)
	@npm install --no-save --no-package-lock --no-audit --no-fund --silent --prefix .venv/lighthouse lighthouse@12.8.2

lock: dev ## pin every requirement anew
	@$(PY) tools/lock.py

audit: dev ## known holes in the requirements (needs the network; fails when it could not look)
	@$(PY) tools/audit.py

messages: dev ## collect and compile the interface messages (needs gettext)
	@$(PY) tools/messages.py

screenshots: dev ## the three pictures of the README, from the running portal
	@$(PY) -m tests.browser.screenshots
