# make, or make help, says what there is.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Chapters run one to a core; more threads than that only wait for each other.
export OMP_NUM_THREADS = 1
# What a reader types (LECTURE_MNIST, URL, TITLE ...) reaches the commands through the environment, "$$SO": make's own
# functions break paths at blanks.

# The name of a socket has at most 107 letters; processes that talk to each other need about 40 of them below TMPDIR.
ifeq ($(shell test $${#TMPDIR} -gt 60 && echo long),long)
$(info TMPDIR is longer than a socket's name may be, so this build keeps its temporary files in /tmp.)
export TMPDIR := /tmp
endif

.DEFAULT_GOAL := help
.PHONY: help setup book pdf offline test lint format unit notebooks report robustness oldest newest determinism \
        lock upgrade platforms address new-chapter drop-chapter slides assignment clean
.DELETE_ON_ERROR:

help:  ## show this list
	@echo "Deep Networks by Experiment: an executable book. Targets:"
	@grep -hE '^[a-z -]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z -]+):[^#]*## /  make \1\t/' | expand -t 22

# ---- The environment --------------------------------------------------------------------------------------------------

# TORCH=cpu takes PyTorch's wheels for machines without a graphics card. What was chosen first stays.
TORCH ?= $(shell cat $(BIN)/.installed 2>/dev/null)
ifneq ($(filter-out cpu,$(TORCH)),)
$(error TORCH: expected cpu or nothing, got '$(TORCH)')
endif

setup: $(BIN)/.installed  ## make .venv with the exact packages of requirements.txt (TORCH=cpu: no graphics card)

$(BIN)/.installed: requirements.txt pyproject.toml | $(BIN)/python $(if $(TORCH),$(BIN)/uv)
	@echo "Installing the packages of requirements.txt ($(if $(TORCH),2,7) GB, a few minutes) ..."
	@$(or $(install_$(TORCH)),$(install_all)) || { \
	  echo "The packages of requirements.txt could not be installed; the lines above say which one failed."; \
	  echo "Is there a network and room on the disk? Run the same command again: what was loaded is kept."; exit 1; }
	@$(PIP) --no-deps --no-build-isolation --editable . || { echo "lecture_utils itself could not be installed."; exit 1; }
	@echo "$(TORCH)" >$@

install_all = $(PIP) -r requirements.txt
# The lock without PyTorch and what only its CUDA builds need, then those two from the index that uv knows.
install_cpu = awk '/^[a-z]/ { keep = !/^(torch|torchvision|triton|nvidia-[a-z0-9-]*|cuda-[a-z0-9-]*)=/ } keep' \
  requirements.txt >$(BIN)/without-torch.txt && $(PIP) --no-deps -r $(BIN)/without-torch.txt && \
  $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --torch-backend=cpu \
  $$(grep -oE '^torch(vision)?==[^ ]+' requirements.txt)

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "'$(PYTHON)' is not here. Name another: make book PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11, 5) <= sys.version_info < (3, 14))' || { \
	  echo "This book needs Python 3.11 (from 3.11.5), 3.12 or 3.13, and '$(PYTHON)' is" "$$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make book PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { \
	  echo "No virtual environment could be made in .venv. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(BIN)/uv: | $(BIN)/python
	@awk '/^[a-z]/ { keep = /^uv=/ } keep' requirements.txt >$(BIN)/uv.txt && $(PIP) -r $(BIN)/uv.txt

LOCK = UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11.5 \
       --fork-strategy fewest --generate-hashes --output-file requirements.txt requirements.in

lock: $(BIN)/uv  ## make requirements.txt from requirements.in; versions that still fit stay
	$(LOCK)

upgrade: $(BIN)/uv  ## the same with the newest versions of all that requirements.in does not hold
	$(LOCK) --upgrade

PLATFORMS := x86_64-manylinux_2_28 aarch64-manylinux_2_28 aarch64-apple-darwin x86_64-pc-windows-msvc

platforms: $(BIN)/uv  ## see that requirements.txt installs on Linux, macOS and Windows (dry runs, two minutes)
	@failed=0; for platform in $(PLATFORMS); do for python in 3.11.5 3.12 3.13; do \
	  echo "$$platform, Python $$python"; \
	  MACOSX_DEPLOYMENT_TARGET=14.0 $(BIN)/uv pip install --quiet --dry-run --target _build/nowhere --only-binary :all: \
	    --python-platform $$platform --python-version $$python -r requirements.txt || failed=1; \
	done; done; exit $$failed

# ---- The book ---------------------------------------------------------------------------------------------------------

book: setup  ## run the chapters that changed and build the site; prints where index.html is
	$(BIN)/jupyter-book build . -W -n --keep-going
	@$(BIN)/python -m publish.output.site

pdf: book  ## the whole book as one PDF, in _build
	@$(BIN)/python -m publish.output.pdf

slides: book  ## each chapter as slides, in _build/slides; they need no network
	@$(BIN)/python -m publish.output.slides

offline: book  ## the site as one zip that a browser opens from the disk, in _build
	@$(BIN)/python -m publish.output.offline

report: setup  ## seconds and peak memory of each chapter when it last ran, and the slowest cells
	@$(BIN)/python -m publish.run.execute --report

# ---- Checks -----------------------------------------------------------------------------------------------------------

# The book is built on MNIST where LECTURE_MNIST or a folder beside the checkout has it.
ifndef LECTURE_MNIST
ifneq ($(wildcard ../shared/data/mnist_png.tgz),)
test: export LECTURE_MNIST = $(CURDIR)/../shared/data/mnist_png.tgz
endif
endif

test: lint unit notebooks book  ## all that CI checks: lint, unit tests, every chapter, the built pages in a browser
	$(BIN)/python -m pytest -q -n 2 tests/site

lint: setup  ## style of code and notebooks, spelling, references, no outputs in git
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/python -m publish.tools.references --check
	$(BIN)/nbstripout --verify $(NBSTRIP) $(NOTEBOOKS)

format: setup  ## put code and notebooks into the form that `make lint` wants
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout $(NBSTRIP) $(NOTEBOOKS)
	$(BIN)/python -m publish.tools.references

NOTEBOOKS = chapters/*.ipynb publish/tools/chapter.ipynb
# What editors add to a notebook and nobody reads: the language's name is enough.
NBSTRIP := --keep-id --extra-keys "metadata.colab metadata.widgets metadata.toc metadata.language_info.codemirror_mode \
  metadata.language_info.file_extension metadata.language_info.mimetype metadata.language_info.nbconvert_exporter \
  metadata.language_info.pygments_lexer metadata.language_info.version cell.metadata.collapsed cell.metadata.colab \
  cell.metadata.editable cell.metadata.execution cell.metadata.id cell.metadata.outputId cell.metadata.scrolled \
  cell.metadata.slideshow cell.metadata.vscode"

unit: setup  ## unit tests, doctests, and the structure of the book
	$(BIN)/python -m pytest -q -n auto --ignore=tests/site

notebooks: setup  ## every chapter from top to bottom, on the digits that need no network
	@# The largest first: a long one that comes last leaves the other cores idle.
	LECTURE_MNIST=bundled $(BIN)/python -m pytest -q -n auto --nbmake --nbmake-timeout=300 $$(ls -S chapters/*.ipynb)

# Long, and not part of `make test`. Stopped, they go on where they were. JOBS=1 leaves the other cores alone.
JOBS_ = $(if $(JOBS),--jobs "$$JOBS")

robustness: setup  ## rerun every claim with other seeds, threads, data and settings (hours)
	$(BIN)/python -m publish.tools.robustness $(JOBS_)

oldest newest: setup $(BIN)/uv  ## the same with the book's seeds and the oldest (newest) PyTorch that it supports
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venv-$@
	@awk '/^[a-z]/ && !/^($(MOVE))==/ { sub(/ \\$$/, ""); print }' requirements.txt >.venv-$@/held.txt
	@$(BIN)/uv pip install --quiet --upgrade --python .venv-$@/bin/python --constraint .venv-$@/held.txt $(NEEDED) $(bounds_$@)
	.venv-$@/bin/python -m publish.tools.robustness --seeds 0 --only seeds $(JOBS_)

# PyTorch and the packages of which it brings its own versions; all others stay those of requirements.txt.
MOVE := torch|torchvision|triton|sympy|fsspec|networkx|nvidia-[a-z0-9-]*|cuda-[a-z0-9-]*
# What chapters import, and what runs them. The oldest PyTorch is the one that pyproject.toml asks for.
NEEDED = $$(sed -nE 's/^ *"([a-z-]+)>=.*/\1/p' pyproject.toml) ipykernel nbclient sphinx-external-toc psutil pygraphviz
bounds_oldest = $$(sed -nE 's/^ *"(torch(vision)?)>=([0-9.]+)",/\1==\3.0/p' pyproject.toml)

determinism: setup  ## run every chapter twice and compare the outputs byte by byte
	$(BIN)/python -m publish.tools.determinism $(JOBS_)

# ---- Changes that touch many files ------------------------------------------------------------------------------------

address: setup  ## change the book's address everywhere: make address URL=https://github.com/OWNER/NAME [BRANCH=main]
	@$(BIN)/python -m publish.tools.address "$$URL" $${BRANCH:+"$$BRANCH"}

new-chapter: setup  ## start a chapter: make new-chapter NAME=attention TITLE="Attention" [AFTER=12]
	@$(BIN)/python -m publish.tools.new_chapter "$$NAME" "$$TITLE" $${AFTER:+--after "$$AFTER"}

drop-chapter: setup  ## take a chapter out of the book: make drop-chapter NAME=04
	@$(BIN)/python -m publish.tools.drop_chapter "$$NAME"

assignment: setup  ## a chapter's exercises for a class, with key and tests: make assignment CHAPTER=07
	@$(BIN)/python -m publish.tools.assignment "$$CHAPTER"

clean:  ## remove what was built, keep .venv
	rm -rf _build
