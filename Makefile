# make demo: set up and run the main job.  make test: set up and pass the tests.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: demo test check golden bench oracle networks faults setup lab-packages clean

demo: setup
	$(BIN)/netsnap demo

test: setup lab-packages
	$(BIN)/python -m pytest -m "not alone and not lab" --numprocesses auto --dist loadfile $(ARGS)
	$(BIN)/python -m pytest -m alone $(ARGS)
	$(BIN)/python -m pytest -m "lab and not alone" --numprocesses 2 --dist worksteal $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

golden: setup
	$(BIN)/python -m tests.golden

bench: setup
	$(BIN)/python -m benchmarks

# N random network namespaces, each read off the text, off JSON and off netlink. SEED= runs them again.
N ?= 10000
oracle: setup
	$(BIN)/python -m tests.oracle --states $(N) $(if $(SEED),--seed $(SEED))

# N random small networks, all pairs by classes against single walks. SEED= runs them again.
networks: setup
	$(BIN)/python -m tests.networks --networks $(N) $(if $(SEED),--seed $(SEED))

# Every fault that the lab can make, made and explained: a table of scores. ARGS="--slow" for those of minutes, too.
faults: setup lab-packages
	$(BIN)/python -m tests.lab.score $(ARGS)

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml .ci/venv.py
	$(PYTHON) .ci/venv.py $(VENV)
	touch $@

# What the lab's nodes, Redmine and PostgreSQL are made of. Elsewhere than on Debian as root, these tests say so
# and the rest runs.
lab-packages:
	@sh tests/lab/packages.sh
	@sh tests/tickets/packages.sh

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
