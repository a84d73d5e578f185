# Everything a newcomer needs: `make run`, `make demo`, `make test`. Each sets up what it needs, once.
PORT ?= 8501
PHONES ?= 300
WORKERS ?= 3# of the tests: on two cores one more, since browsers wait for clocks much of their time; four are slower
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATABASE := $(if $(LEITAI_DATABASE_URL),--database-url $(LEITAI_DATABASE_URL),)

.PHONY: run demo test test-fast check bench torture lock clean

run: $(VENV)/.ready
	@$(BIN)/leitai serve --samples --port $(PORT) $(DATABASE)

demo: $(VENV)/.ready
	@$(BIN)/leitai demo --port $(PORT) --phones $(PHONES) $(DATABASE)

test: $(VENV)/.ready-for-tests
	@sh .ci/browser.sh
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-fast: $(VENV)/.ready-for-tests
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not slow" --ignore tests/browser

check: $(VENV)/.ready-for-tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_house.py

bench: $(VENV)/.ready-for-tests
	$(BIN)/python -m tests.bench

torture: $(VENV)/.ready-for-tests
	$(BIN)/python -m tests.torture

# -- setting up ----------------------------------------------------------------------------------------------

$(VENV)/bin/python:
	@sh .ci/python.sh "$(PYTHON)"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-for-tests: requirements-test.lock $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q \
	  pyproject.toml .ci/build.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q \
	  pyproject.toml --group test .ci/build.in -c requirements.lock -o requirements-test.lock

clean:
	rm -rf $(VENV) build *.egg-info
