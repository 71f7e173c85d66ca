# make, or make help, says what there is.
PYTHON ?= python3
BIN := .venv/bin
# Chapters run one to a core; more threads than that only wait for each other.
export OMP_NUM_THREADS = 1

.DEFAULT_GOAL := help
.PHONY: help setup book pages report pdf offline test lint unit notebooks robustness oldest newest determinism format address clean
.DELETE_ON_ERROR:

help:  ## show this list
	@echo "Deep Networks by Experiment: an executable book. Targets:"
	@grep -hE '^[a-z ]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z ]+):[^#]*## /  make \1\t/' | expand -t 20

setup: $(BIN)/.installed  ## make .venv with the exact packages of requirements.txt

$(BIN)/.installed: requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "'$(PYTHON)' is not here. Name another: make book PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "This book needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is" "$$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make book PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { \
	  echo "No virtual environment could be made in .venv. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing the packages of requirements.txt (about 6 GB, a few minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt || { \
	  echo "The packages of requirements.txt could not be installed; the lines above say which one failed."; \
	  echo "Is there a network and room on the disk? Run the same command again: what was loaded is kept."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . || { \
	  echo "lecture_utils itself could not be installed; its build needs setuptools from the package index."; exit 1; }
	@touch $@

book: setup  ## run the chapters and build the site; prints where index.html is
	@$(BIN)/python -m publish.lock $(MAKE) --no-print-directory pages

# What `make book` does while other builds wait. A build that failed or was killed leaves no pages to the next one:
# Sphinx does not read unchanged pages again, so a second try would pass.
pages:
	$(BIN)/python -m publish.execute
	@test ! -e _build/unfinished || rm -rf _build/html _build/.doctrees
	@touch _build/unfinished
	$(BIN)/jupyter-book build . -W -n --keep-going || { rm -rf _build/html _build/.doctrees; exit 1; }
	@$(BIN)/python -m publish.site
	@rm -f _build/unfinished

report: setup  ## seconds and peak memory of each chapter when it last ran, and the slowest cells
	@$(BIN)/python -m publish.report

pdf: book  ## the whole book as one PDF, in _build
	@$(BIN)/python -m publish.pdf

offline: book  ## the site as one zip that a browser opens from the disk, in _build
	@$(BIN)/python -m publish.offline

test: lint unit notebooks book pdf  ## all that CI checks: lint, unit tests, every chapter on both data sets, the build
	$(BIN)/python -m pytest -q -n 2 tests/site

lint: setup  ## style of code and notebooks, spelling, no outputs in git
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/python -m publish.references --check
	$(BIN)/nbstripout --verify $(NBSTRIP) chapters/*.ipynb

format: setup  ## put code and notebooks into the form that `make lint` wants
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout $(NBSTRIP) chapters/*.ipynb
	$(BIN)/python -m publish.references

NBSTRIP := --keep-id --extra-keys "metadata.language_info.version metadata.colab metadata.widgets"

unit: setup  ## unit tests, doctests, and the structure of the book
	$(BIN)/python -m pytest -q -n auto --ignore=tests/site

# MNIST too, where LECTURE_MNIST or a folder beside the checkout has it.
MNIST ?= $(or $(LECTURE_MNIST),$(wildcard ../shared/data/mnist_png.tgz))

notebooks: setup  ## every chapter from top to bottom, on the bundled digits and, where it is at hand, on MNIST
	LECTURE_MNIST=bundled $(BIN)/python -m pytest -q -n auto --nbmake --nbmake-timeout=300 chapters
	$(if $(MNIST),LECTURE_MNIST=$(abspath $(MNIST)) $(BIN)/python -m pytest -q -n auto --nbmake --nbmake-timeout=300 chapters,@echo "MNIST is not at hand (set LECTURE_MNIST): chapters ran on the bundled digits only")

# Long, and not part of `make test`. Stopped, they go on where they were. JOBS=1 leaves the other cores alone.
robustness: setup  ## rerun every claim with other seeds, threads and data; writes chapters/robustness.csv (about 1 hour)
	$(BIN)/python -m publish.robustness $(if $(JOBS),--jobs $(JOBS))

oldest newest: setup  ## the same with the book's seeds and the oldest (newest) PyTorch that it supports
	$(BIN)/python -m publish.versions $@
	.venv-$@/bin/python -m publish.robustness --seeds 0 --threads 1 $(if $(JOBS),--jobs $(JOBS))

determinism: setup  ## run every chapter twice and compare the outputs byte by byte
	$(BIN)/python -m publish.determinism $(if $(JOBS),--jobs $(JOBS))

address: setup  ## change the book's address everywhere: make address URL=https://github.com/OWNER/NAME [BRANCH=main]
	$(BIN)/python -m publish.address "$(URL)" $(BRANCH)

clean:  ## remove what was built, keep .venv
	rm -rf _build
