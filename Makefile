# Everything a fresh machine with Python 3.11 or newer, git and make needs:
#   make clinic                  the web application with simulated patients, and EXAMPLES=folder
#   make run                     read a simulated study, or STUDY=path, into OUT (out/report)
#   make test                    every check; leaves out what this machine lacks, with the reason
#   make soak                    the tests that take long
#   make bench                   what reading takes, against torch with MONAI
#   make install                 the development environment, in .venv
#   make lock                    pin the versions anew from pyproject.toml

PYTHON ?= python3
STUDY ?=
OUT ?= out/report
EXAMPLE := out/example-study
EXAMPLES ?=
CLINIC := out/clinic
PIP_FLAGS := --quiet --disable-pip-version-check
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Reading needs no torch: it has an environment of its own unless the development one is there.
RUN_ENV := $(if $(wildcard .venv/installed),.venv,.venv-run)
CLINIC_ENV := $(if $(wildcard .venv/installed),.venv,.venv-clinic)

define CHECK_PYTHON
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
  echo "Condyle needs Python 3.11 or newer."; \
  echo "  found:  $$($(PYTHON) --version 2>&1 || true)"; \
  echo "  mend:   make $@ PYTHON=python3.12, or whichever newer one is installed"; \
  exit 2; } >&2
endef

.PHONY: help install run clinic viewer test soak bench lint types contracts viewer-checks tests lock clean

help:
	@sed -n '2,7s/^#   //p' Makefile

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(CHECK_PYTHON)
	@echo "Installing the development environment into .venv"
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install $(PIP_FLAGS) -c constraints.txt -e '.[train,evaluate,detect,pretrained,ocr,mlflow,clinic,openvino,pacs,viewer,dev]'
	@touch $@

.venv-run/installed: pyproject.toml constraints.txt
	$(CHECK_PYTHON)
	@echo "Installing what reading a study needs into .venv-run"
	@test -x .venv-run/bin/python || $(PYTHON) -m venv .venv-run
	@.venv-run/bin/python -m pip install $(PIP_FLAGS) -c constraints.txt -e .
	@touch $@

run: $(RUN_ENV)/installed
ifeq ($(strip $(STUDY)),)
	@rm -rf $(EXAMPLE)
	@$(RUN_ENV)/bin/condyle phantom lumbar --out $(EXAMPLE) --seed 1
	@$(RUN_ENV)/bin/condyle read $(EXAMPLE)/study --out '$(OUT)'
else
	@$(RUN_ENV)/bin/condyle read '$(STUDY)' --out '$(OUT)'
endif

.venv-clinic/installed: pyproject.toml constraints.txt
	$(CHECK_PYTHON)
	@echo "Installing what the clinic needs into .venv-clinic"
	@test -x .venv-clinic/bin/python || $(PYTHON) -m venv .venv-clinic
	@.venv-clinic/bin/python -m pip install $(PIP_FLAGS) -c constraints.txt -e '.[clinic,viewer]'
	@touch $@

viewer: $(CLINIC_ENV)/installed
	@$(CLINIC_ENV)/bin/python viewer/build.py

# Simulated patients are made once; what the archive holds already is not stored again.
clinic: export CONDYLE_HOME := $(abspath $(CLINIC))
clinic: viewer
	@for seed in 1 2 3; do \
	  test -d $(CLINIC)/examples/$$seed/study || \
	    $(CLINIC_ENV)/bin/condyle phantom lumbar --out $(CLINIC)/examples/$$seed --seed $$seed; \
	done
	@$(CLINIC_ENV)/bin/condyle archive import $(CLINIC)/examples/*/study $(if $(EXAMPLES),'$(EXAMPLES)')
	@$(CLINIC_ENV)/bin/condyle serve

test: lint types contracts viewer-checks tests

viewer-checks: .venv/installed
	@.venv/bin/python viewer/build.py --check
	@.venv/bin/python viewer/build.py

soak: .venv/installed
	@CONDYLE_SOAK=1 CONDYLE_REQUIRE=soak .venv/bin/python -m pytest -m soak

bench: .venv/installed
	@.venv/bin/python benchmarks/read_speed.py

lint: .venv/installed
	@.venv/bin/ruff check src tests
	@.venv/bin/ruff format --check src tests

types: .venv/installed
	@.venv/bin/mypy

contracts: .venv/installed
	@.venv/bin/lint-imports

# A file's tests stay in one process, as they share what is made once; threads of libraries
# would only get in each other's way.
tests: .venv/installed
	@OMP_NUM_THREADS=1 .venv/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lock: .venv/installed
	@.venv/bin/python -m pip install $(PIP_FLAGS) pip-tools
	@.venv/bin/pip-compile --quiet --all-extras --strip-extras --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --output-file constraints.new pyproject.toml
	@{ sed -n '/^#/p' constraints.txt; \
	   sed -e '/^ *#/d' -e '/^$$/d' -e 's/^\(torch==[0-9.]*\)+.*/\1/' constraints.new; } > constraints.tmp
	@mv constraints.tmp constraints.txt && rm constraints.new

clean:
	@rm -rf .venv-run .venv-clinic out build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
