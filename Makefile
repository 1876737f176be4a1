# Everything from a fresh clone: each target does first what it needs, and does it again only when something changed.
# Needs `make` and Python 3.11 or newer with venv; all else comes from pip into .venv, in the versions of constraints.txt.

RUN ?= latest
JOBS ?= 2
TOOLCHAIN ?= zig
ARGS ?=
LONG ?=
PYTHONS ?= python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3

# Compiled Python files are kept, whatever the shell says: they halve the start of every command and of pytest.
unexport PYTHONDONTWRITEBYTECODE

PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install -qq --constraint constraints.txt
# The strict build finds what the ordinary one lets pass; -Wconversion stays off: register arithmetic narrows on purpose.
STRICT := -std=gnu11 -fPIC -shared -O1 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough -Wwrite-strings
NATIVE := src/digitrig/native
CORE := $(wildcard $(NATIVE)/src/*.c)
CORE_INPUTS := $(CORE) $(wildcard $(NATIVE)/*/*.h) setup.py pyproject.toml
# What runs on the sanitizer builds: the core's own tests (not the long comparison with other CPUs), and whole boards.
SANITIZED := $(PY) -m pytest -q pytests/native pytests/peripherals pytests/boards --ignore=pytests/native/differential
# capstone loads its library in a way that the address sanitizer refuses.
NOT_WITH_ASAN := --ignore=pytests/native/test_cpu_decode16.py
C_FILES = $(shell git ls-files '$(NATIVE)/*.c' '$(NATIVE)/*.h' 'firmware/*.c' 'firmware/*.h' 'pytests/*.c' 'pytests/*.h')
FIRMWARE_INPUTS = $(shell find firmware models platforms src/digitrig/codegen src/digitrig/firmware_build.py \
	src/digitrig/firmware_files.py src/digitrig/reference/preprocess.py src/digitrig/digits/preprocess.py \
	-name __pycache__ -prune -o -type f -print 2>/dev/null)

.PHONY: help setup firmware robot robot61 test table lint ruff mypy clang-format strict sanitize bench constraints clean

help:
	@echo "make setup     make .venv, install digitrig in it and compile the C core"
	@echo "make firmware  setup, then the firmware of every board"
	@echo "make robot     firmware, then the Robot Framework suites; results in results/$(RUN)/robot"
	@echo "make test      firmware, then pytest"
	@echo "make lint      setup, then ruff, mypy, clang-format and a strict build of the C core"
	@echo "make sanitize  the core's own tests on a build with sanitizers"
	@echo "make table     firmware, then flash, RAM and cycles of every board against the committed baselines"
	@echo "make bench     firmware, then the emulation speed"
	@echo "make clean     remove .venv, build and results"
	@echo "Variables: RUN=name of the results folder, JOBS=pytest workers, TOOLCHAIN=zig|gcc, ARGS=for robot or pytest,"
	@echo "LONG=1 for the long tests too, PYTHONS=the interpreters to try."

# ---------------------------------------------------------------- environment
$(PY):
	@echo "== looking for Python 3.11 or newer"
	@for python in $(PYTHONS); do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    if ! $$python -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	      missing=$$python; continue; \
	    fi; \
	    echo "== making .venv with $$python"; $$python -m venv --clear .venv; exit $$?; \
	  fi; \
	done; \
	if [ -n "$$missing" ]; then echo "$$missing cannot make environments: apt install python3-venv"; \
	else echo "no Python 3.11 or newer found: apt install python3 python3-venv"; fi; exit 2

.venv/.packages: pyproject.toml setup.py constraints.txt | $(PY)
	@echo "== installing digitrig and what it runs with into .venv"
	@$(PIP) setuptools ziglang
	@$(PIP) --no-build-isolation --editable .
	@touch $@

.venv/.core: $(CORE_INPUTS) .venv/.packages
	@$(PY) setup.py --quiet build_core --inplace
	@touch $@

.venv/.test: .venv/.packages
	@echo "== installing what the tests need"
	@$(PIP) --no-build-isolation --editable '.[test]'
	@touch $@

.venv/.lint: .venv/.packages
	@echo "== installing the linters"
	@$(PIP) --no-build-isolation --editable '.[lint]'
	@touch $@

.venv/.compiled: $(shell find src -name '*.py' 2>/dev/null) .venv/.packages
	@$(PY) -m compileall -q src
	@touch $@

setup: .venv/.core .venv/.compiled

# ---------------------------------------------------------------- firmware and runs
build/firmware/.$(TOOLCHAIN): $(FIRMWARE_INPUTS) .venv/.packages | .venv/.compiled
	@echo "== building the firmware with $(TOOLCHAIN)"
	@$(PY) -m digitrig build --toolchain $(TOOLCHAIN)
	@mkdir -p $(@D) && touch $@

firmware: setup build/firmware/.$(TOOLCHAIN)

robot: firmware
	@echo "== robot: the suites in robot/, results in results/$(RUN)/robot"
	@$(PY) -m robot --outputdir results/$(RUN)/robot $(ARGS) robot

# The same suites on the oldest Robot Framework that is supported, put in front of the one in .venv.
build/robot61: constraints.txt | $(PY)
	@echo "== installing Robot Framework 6.1.1 beside the newer one"
	@$(PY) -m pip --disable-pip-version-check install -qq --no-deps --target $@ robotframework==6.1.1
	@touch $@

robot61: firmware build/robot61
	@echo "== robot 6.1.1: the suites in robot/, results in results/$(RUN)/robot61"
	@PYTHONPATH=build/robot61 $(PY) -m robot --outputdir results/$(RUN)/robot61 $(ARGS) robot

test: firmware .venv/.test
	@echo "== pytest with $(JOBS) workers$(if $(LONG),, (LONG=1 adds the tests marked long))"
	@$(PY) -m pytest -n $(JOBS) --dist worksteal $(if $(LONG),,-m "not long") --junitxml results/$(RUN)/pytest/junit.xml $(ARGS)

table: firmware
	@echo "== table: every board beside the published figures, and against budgets/baseline.json"
	@$(PY) -m digitrig table --check-baseline $(ARGS)

bench: firmware
	@echo "== bench: emulation speed, beside QEMU where it is installed"
	@$(PY) -m digitrig bench $(ARGS)

# ---------------------------------------------------------------- checks
lint: ruff mypy clang-format strict

ruff: .venv/.lint
	@echo "== ruff"
	@$(PY) -m ruff check --quiet . && $(PY) -m ruff format --check --quiet .

mypy: .venv/.lint
	@echo "== mypy --strict"
	@$(PY) -m mypy

clang-format: .venv/.lint
	@echo "== clang-format"
	@.venv/bin/clang-format --dry-run -Werror $(C_FILES)

strict: .venv/.packages
	@echo "== strict build of the C core"
	@mkdir -p build/lint
	@$(PY) -m ziglang cc $(STRICT) -I$(NATIVE)/include -I$(NATIVE)/src $(CORE) -o build/lint/libdigitrig_core.so

# Undefined behaviour: by the pinned clang, which brings the runtime. Then both sanitizers by gcc, whose runtime for
# addresses pip does not have: a second compiler also orders what C leaves open in its own way.
SANITIZE = -std=gnu11 -g -O1 -fPIC -shared -fno-strict-aliasing -I$(NATIVE)/include -I$(NATIVE)/src $(CORE)

sanitize: firmware .venv/.test
	@echo "== C core with the undefined-behaviour sanitizer"
	@mkdir -p build/sanitize
	@$(PY) -m ziglang cc $(SANITIZE) -fsanitize=undefined -fno-sanitize-trap=undefined -o build/sanitize/undefined.so
	@DIGITRIG_CORE=$(CURDIR)/build/sanitize/undefined.so $(SANITIZED)
	@if ! command -v gcc >/dev/null; then \
	  echo "== no gcc: the address sanitizer was not run (apt install gcc)"; \
	else \
	  echo "== C core with the address and undefined-behaviour sanitizers, by gcc"; rm -f build/sanitize/address.log.*; \
	  gcc $(SANITIZE) -fsanitize=address,undefined -fno-sanitize-recover=all -o build/sanitize/address.so && \
	  LD_PRELOAD=$$(gcc -print-file-name=libasan.so) \
	  ASAN_OPTIONS=detect_leaks=0:log_path=$(CURDIR)/build/sanitize/address.log \
	  DIGITRIG_CORE=$(CURDIR)/build/sanitize/address.so $(SANITIZED) $(NOT_WITH_ASAN) \
	  || { cat build/sanitize/address.log.* 2>/dev/null; exit 1; }; \
	fi

constraints: | $(PY)
	@echo "== resolving pyproject.toml anew"
	@mkdir -p build
	@$(PY) -m pip --disable-pip-version-check install -qq 'setuptools>=77'
	@$(PY) -m pip --disable-pip-version-check install -qq --dry-run --ignore-installed --no-build-isolation \
	  --report build/constraints.json 'setuptools>=77' '.[test,lint,plots,dask]'
	@$(PY) scripts/constraints.py build/constraints.json constraints.txt

clean:
	@echo "== removing .venv, build, results and the compiled core"
	@rm -rf .venv build results .pytest_cache .mypy_cache .ruff_cache .hypothesis src/*.egg-info
	@rm -f $(NATIVE)/libdigitrig_core.*
