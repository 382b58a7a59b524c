# Each target sets up .venv by itself; all it needs is make, Python 3.11 or newer with venv, and a package index.
#   make demo    simulate a small world, detect, print what was found against the truth, write the report
#   make test    lint, types, import contracts and every test
#   make check   the same without the tests
#   make tests   the tests alone
#   make bench   the real benchmarks beside the baselines (data: STILLWATCH_BENCHMARKS, see benchmarks/README.md)
#   make lock    resolve the dependencies anew
#   make clean   remove what the targets made

.PHONY: demo test check tests worlds bench lock clean
.DEFAULT_GOAL := test
BIN := .venv/bin
READY := .venv/ready

# The first interpreter that runs, is new enough and can make an environment with pip in it.
FIND_PYTHON = for p in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done

# Without dependencies, since the lock names all of them: an older pip resolves one that a package asks for with an extra (lxml[html_clean])
# to its newest release, for which the lock has no hash.
$(READY): requirements/dev.lock pyproject.toml
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then \
		echo "stillwatch needs Python 3.11 or newer with venv and pip; pass it as: make PYTHON=/path/to/python" >&2; exit 1; \
	fi; \
	echo "setting up .venv with $$($$python --version)"; \
	$$python -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)
	@$(BIN)/stillwatch demo

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# worksteal keeps the tests of a file on one worker as far as it can, so that what they share is made once. One thread a worker
# for linear algebra: threads of two workers that wait for each other on two cores make seconds minutes.
tests: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist worksteal --durations 15 --durations-min 5 --ignore-glob 'tests/benchmarks/test_*_world.py'

# Of the simulators that benchmarks alone use; who changes one runs them.
worlds: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist worksteal tests/benchmarks

test: check tests

bench: $(READY)
	$(BIN)/python benchmarks/lockstep.py

# Universal: one lock, one version of each package for every platform and every Python from 3.11 on. Without index addresses, so that mirrors work.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --default-index https://pypi.org/simple --upgrade pyproject.toml
lock: $(READY)
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet uv
	$(COMPILE) --output-file requirements/run.lock
	$(COMPILE) --group dev --output-file requirements/dev.lock

clean:
	rm -rf .venv demo build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
