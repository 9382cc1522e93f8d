# slmapps: `make run` opens the suite, `make test` proves it. `make` alone lists the rest.

SHELL := /bin/bash
PORT ?= 8501
HOST ?= localhost
BIN := .venv/bin
# More than one OpenMP thread on busy cores runs many times slower than one.
export OMP_NUM_THREADS ?= 1

.PHONY: help run setup test check format bench bench-earnings bench-invoices bench-writer docs clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: ## install on first use, load the samples, open the suite on http://localhost:8501 (PORT=…)
	@tools/install ui ocr earnings
	@exec $(BIN)/slmapps ui --samples --host $(HOST) --port $(PORT)

setup: ## install everything for development
	@tools/install ui ocr earnings train ray postgres dev

test: setup ## install what the tests need and run every test
	@tools/system-packages
	$(BIN)/python -m pytest

check: setup ## linters, types, docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/interrogate -q slmapps plugins ui

format: setup ## put the code into the house's layout
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format -q .

bench: setup ## start-up, the reader and the heads; needs no data
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.bench_backbone

bench-earnings: setup ## the earnings desk's model beside plain baselines; needs SLMAPPS_DATA
	@test -n "$$SLMAPPS_DATA" || { echo "Set SLMAPPS_DATA to the folder that holds earnings/"; exit 2; }
	$(BIN)/python -m benchmarks.bench_earnings

bench-invoices: setup ## every published figure of the invoices desk; needs SLMAPPS_DATA
	@test -n "$$SLMAPPS_DATA" || { echo "Set SLMAPPS_DATA to the folder that holds invoices/"; exit 2; }
	$(BIN)/python -m benchmarks.bench_einvoices
	$(BIN)/python -m benchmarks.desk
	@# Each client is coded by a ranker that has not seen it: made once, some minutes each.
	@test -d .cache/rankers || $(BIN)/python -m slmapps_invoices.coding.training \
	    --data "$$SLMAPPS_DATA/invoices/coding" --out .cache/rankers --leave-one-out
	$(BIN)/python -m benchmarks.bench_coding --rankers .cache/rankers
	$(BIN)/python -m benchmarks.bench_pages --errors .cache/pages_errors.jsonl

bench-writer: setup ## every published figure of the writer, beside its base; needs SLMAPPS_DATA (LIMIT=bytes for less)
	@test -n "$$SLMAPPS_DATA" || { echo "Set SLMAPPS_DATA to the folder that holds writer/"; exit 2; }
	$(BIN)/python -m benchmarks.bench_writer writer $(if $(LIMIT),--limit $(LIMIT)) \
	    --markdown benchmarks/SAMPLES.md

docs: setup ## write the generated parts of docs/ anew
	$(BIN)/python -m slmapps.cli.reference docs/cli.md

clean: ## remove .venv and every cache of the checkout; the workspace in your home stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
