# Relative paths throughout: make cannot hold a path with a space, and a checkout may lie in one.

# What make run and make test hand on: make run ARGS='--input events.jsonl'
ARGS =
# Where make soak-test and make fuzz begin; the first at random and the other at 1 when empty.
SEED =
# The interpreter of .venv: make setup PYTHON=python3.12. Found when empty.
PYTHON =
# How many messages make fuzz sends.
MESSAGES = 1000000
# What compiles the lock files.
UV = uv
# make lock UPGRADE=--upgrade takes newer versions; without it pins stay where they can.
UPGRADE =

# Settings of other projects that would reach into .venv.
unexport PIP_USER PYTHONHOME PYTHONPATH

VENV_PYTHON = .venv/bin/python
PIP_INSTALL = $(VENV_PYTHON) -m pip --disable-pip-version-check install --quiet --no-compile
# Not pip's own compiling: that is one process, and a set PYTHONDONTWRITEBYTECODE can disable it; without bytecode every
# start of Beam takes three seconds more. Some packages carry templates that are no Python: the status says nothing.
COMPILE = $(VENV_PYTHON) -m compileall -qq -j 2 .venv/lib || true

# Stamps, each the last act of its step: an interrupted step is done again.
LOCKED = .venv/.locked
PROJECT = .venv/.project
DEV = .venv/.dev

# A .venv is built again when it was moved, lost its Python, or is of another than the one asked for.
SAME_PYTHON = { [ -z "$(PYTHON)" ] || [ "$$("$(PYTHON)" --version)" = "$$($(VENV_PYTHON) --version)" ]; }
ifneq (whole,$(shell ([ "$$(cat $(LOCKED))" = "$$(pwd -P)" ] && $(VENV_PYTHON) -c '' && $(SAME_PYTHON) && echo whole) 2>/dev/null))
$(LOCKED): rebuild
endif

.DEFAULT_GOAL = help
.NOTPARALLEL:
.PHONY: help setup run demo live test soak-test fuzz check check-terraform check-image bench bench-live evaluate prism emulators lock wheel \
	template template-files clean python rebuild
rebuild:

help: ## list the targets
	@echo "Millrace: live page views from a stream of business events"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile | while IFS=: read -r target text; do \
		printf '  make %-10s%s\n' "$$target" "$$text"; done

setup: $(PROJECT) ## create .venv with the locked dependencies (0.9 GB, one to three minutes)

run: $(PROJECT) ## set up, then run the main job: the bundled sample into ./out, or what ARGS='...' says
	@$(VENV_PYTHON) -m pipeline $(ARGS)

live: $(PROJECT) emulators prism ## run the whole pipeline live on this machine, in emulators; ARGS='--rate 500'
	@$(VENV_PYTHON) -m pipeline.live $(ARGS)

demo: $(PROJECT) ## set up, then play simulated traffic with attacks as if live, with the page open
	@$(VENV_PYTHON) -m dashboard.demo $(ARGS)

test: $(PROJECT) $(DEV) ## set up, then run the tests
	$(VENV_PYTHON) -m pytest -n 2 $(ARGS)

# About twenty minutes. A test that fails has its history's seed in its name.
soak-test: $(PROJECT) $(DEV) ## tell the oracle 1,000 random histories, and the laws some more; SEED=n tells the same again
	@seed='$(SEED)'; [ -n "$$seed" ] || seed=$$(od -An -N4 -tu4 /dev/urandom | tr -d ' '); \
		echo "Histories from seed $$seed on; the same again: make soak-test SEED=$$seed"; \
		MILLRACE_SOAK="$$seed" $(VENV_PYTHON) -m pytest -n 2 -q $(ARGS) tests/flow/test_histories.py tests/flow/test_laws.py

fuzz: $(PROJECT) $(DEV) ## send MESSAGES mutated messages and as many types through the command, from SEED
	$(VENV_PYTHON) -m tests.hostility.fuzzing $(MESSAGES) $(or $(SEED),1)

check: $(PROJECT) $(DEV) ## set up, then judge the code: lint, format, types, architecture
	$(VENV_PYTHON) -m pip --disable-pip-version-check check
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m mypy
	$(VENV_PYTHON) -m pytest -q tests/architecture

# checkov asks for other versions than Beam does, so it has an environment of its own, named by its lock file.
check-terraform: $(PROJECT) ## judge templates/terraform: its format, where terraform is installed, and checkov's policies
	@if command -v terraform >/dev/null; then terraform fmt -check -recursive templates/terraform; \
		else echo "terraform is not installed: its own opinion of the format was not asked"; fi
	@tool="$${XDG_CACHE_HOME:-$$HOME/.cache}/millrace/checkov-$$(cksum templates/terraform/checkov.lock | cut -d' ' -f1)"; \
		if [ ! -e "$$tool/installed" ]; then \
			echo "Installing checkov into $$tool, once"; \
			$(VENV_PYTHON) -m venv --clear "$$tool" && "$$tool/bin/python" -m pip --disable-pip-version-check install \
				--quiet --no-deps --require-hashes --requirement templates/terraform/checkov.lock \
				&& touch "$$tool/installed" || exit 1; \
		fi; \
		"$$tool/bin/checkov" --directory templates/terraform --framework terraform --compact --quiet --skip-download

# As root; four minutes. Base images lie in registries that are not reached everywhere: tests/image/stand_ins stands in for them.
check-image: $(PROJECT) $(DEV) ## build the image over stand-ins of its base images, launch from it, and run its workers
	@for tool in buildah mmdebstrap; do \
		command -v $$tool >/dev/null || { echo "$$tool is missing (Debian: apt-get install buildah mmdebstrap)"; exit 1; }; done
	@if command -v go >/dev/null; then $(MAKE) --no-print-directory prism; fi
	$(VENV_PYTHON) -m pytest -q -s $(ARGS) tests/image/checks.py

bench: $(PROJECT) ## measure the pipeline beside a plain loop, and write docs/benchmarks.md (five minutes)
	$(VENV_PYTHON) -m benchmarks.run $(ARGS)

bench-live: $(PROJECT) emulators prism ## measure the live flow in emulators, into docs/benchmarks.md (twenty minutes)
	@$(VENV_PYTHON) -m benchmarks.live $(ARGS)

evaluate: $(PROJECT) ## judge the fraud rules on simulated attacks, and write docs/fraud-evaluation.md (five minutes)
	$(VENV_PYTHON) -m benchmarks.evaluate $(ARGS)

# Beam fetches Prism from GitHub by itself; this is for machines that do not reach it, and have Go.
prism: $(PROJECT) ## build Prism, the runner of live input, into a cache outside the checkout (needs Go; three minutes, once)
	@path=$$($(VENV_PYTHON) -m pipeline.endpoints.prism) && \
	if [ ! -x "$$path" ]; then \
		echo "Building Prism into $$(dirname "$$path")"; \
		work=$$(mktemp -d) && GOBIN="$$work" go install github.com/apache/beam/sdks/v2/go/cmd/prism@v$$($(VENV_PYTHON) -c \
			'import apache_beam; print(apache_beam.__version__)') && \
		mkdir -p "$$(dirname "$$path")" && mv "$$work/prism" "$$path" && rmdir "$$work"; \
	fi

# What the tests of tests/emulators start, and make live.
emulators: $(PROJECT) ## install the emulators of Google Cloud into a cache outside the checkout, and name what is missing (once)
	@$(VENV_PYTHON) -m pipeline.local_cloud

lock: ## compile the lock files from setup.py again (needs uv); UPGRADE=--upgrade takes newer versions
	@for target in "requirements.lock --extra dashboard" \
		"requirements-dev.lock --extra dashboard --extra dev --constraints requirements.lock"; do \
		echo 'setuptools>=77' | $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --custom-compile-command 'make lock' $(UPGRADE) setup.py - --output-file $$target || exit 1; \
	done
	@for name in pipeline/local_cloud/requirements templates/terraform/checkov; do \
		(cd "$${name%/*}" && $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --custom-compile-command 'make lock' $(UPGRADE) "$${name##*/}.in" \
			--output-file "$${name##*/}.lock") || exit 1; \
	done

wheel: $(PROJECT) ## build the wheel into dist/
	@rm -rf build
	$(VENV_PYTHON) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@rm -rf build

template-files: $(PROJECT) ## write again what the Flex Template and Terraform have of the code
	$(VENV_PYTHON) -m templates.generate

template: $(PROJECT) ## write the Flex Template's spec file: ARGS='--image IMAGE --output gs://BUCKET/millrace.json'
	$(VENV_PYTHON) -m templates.spec $(ARGS)

clean: ## remove .venv and everything built, but no output
	rm -rf .venv build dist millrace.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Sets $python to the first suitable interpreter. Debian packages ensurepip apart, hence the second question.
FIND_PYTHON = python=; short=; \
	for name in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11); do \
		"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue; \
		if "$$name" -c 'import ensurepip, venv' 2>/dev/null; then python=$$name; break; fi; \
		short=$$name; \
	done; \
	if [ -z "$$python" ]; then \
		if [ -n "$$short" ]; then echo "$$short has no venv or no ensurepip (Debian: apt-get install python3-venv)."; \
		else echo "Millrace needs Python 3.11, 3.12 or 3.13: $(if $(PYTHON),$(PYTHON) is none,none found on PATH)."; fi; \
		echo "Install one, or name it: make setup PYTHON=/path/to/python3.12"; exit 1; \
	fi >&2

python:
	@$(FIND_PYTHON); echo "$$python"

# --no-deps: the lock is complete, and pip, left to look for itself, stops at a newer release of what is asked for with an
# extra (pypa/pip 9644). make check asks pip whether anything is missing.
$(LOCKED): requirements.lock
	@$(FIND_PYTHON); \
	echo "Setting up .venv with $$("$$python" --version): 0.9 GB on disk, 0.2 GB to download, one to three minutes, once."; \
	"$$python" -m venv --clear .venv
	@echo "  1/3 installing the locked dependencies"
	@$(PIP_INSTALL) --no-deps --require-hashes --requirement requirements.lock
	@echo "  2/3 compiling their bytecode"
	@$(COMPILE)
	@pwd -P > $@

# The build backend is locked with the rest: installing the project then needs no download of its own.
$(PROJECT): $(LOCKED) setup.py pyproject.toml
	@echo "  3/3 installing Millrace itself"
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@$(VENV_PYTHON) -m compileall -q pipeline transforms options dashboard
	@touch $@

$(DEV): $(LOCKED) requirements-dev.lock
	@echo "Installing the development tools"
	@$(PIP_INSTALL) --no-deps --require-hashes --requirement requirements-dev.lock
	@$(COMPILE)
	@touch $@
