# What a user and a developer do with this folder. Needs make and Python 3.11 or newer; brings everything else.
#
#   make run                                      the sample district, on http://127.0.0.1:8000
#   make run DAY=<folder> ROADS=<file.osm.pbf>    a day of your own, on its roads
#     OUT=<folder>   write the results there      ONCE=1   end after the summary
#     PORT=<number>  another port                 AGAIN=1  run a finished day again
#   make test ARGS="-k outbox"    installs Chromium where there is none, as root by apt-get; BROWSER=skip does not
#   make lint    make bench DAY=<folder> ROADS=<file>    make help

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test lint bench lock clean

VENV := .venv
PY := $(VENV)/bin/python
yes = $(filter-out 0 no false,$(1))
export DAY ROADS OUT PORT

# the first Python that is new enough; empty when there is none
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)

help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' Makefile

setup:
	@test -n "$(PYTHON)" || { echo "This needs Python 3.11 or newer, and none was found. \
	Install one, or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 2; }
	@"$(PYTHON)" scripts/setup_venv.py requirements.txt

setup-dev: setup
	@"$(PYTHON)" scripts/setup_venv.py requirements.txt requirements-dev.txt
	@$(PY) scripts/find_browser.py --install

run: setup
	@exec $(PY) -m workers.run --follow-parent \
		$${DAY:+--day "$$DAY"} $${ROADS:+--roads "$$ROADS"} $${OUT:+--out "$$OUT"} $${PORT:+--port "$$PORT"} \
		$(if $(call yes,$(ONCE)),--once) $(if $(call yes,$(AGAIN)),--again)

# in the order of the files: the longest, which start and kill whole platforms, are put first
test: setup-dev
	@$(PY) -m workers.compiling
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: setup-dev
	@$(PY) -m benchmarks.day $${DAY:+--day "$$DAY"} $${ROADS:+--roads "$$ROADS"} $(ARGS)

# compile the pins anew from pyproject.toml
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 2; }
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
		--upgrade --output-file requirements.txt
	uv pip compile --group dev --constraint requirements.txt --universal --python-version 3.11 --generate-hashes \
		--no-header --upgrade --output-file requirements-dev.txt

# everything that setup and tests have made; instance/, which holds the data, stays
clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find logistics workers tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +
	find logistics -name '*.mo' -delete
