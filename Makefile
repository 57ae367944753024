# What a newcomer needs: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || echo python3)
PIP := .venv/bin/pip install --quiet --constraint constraints.txt
# sn-trackeval asks for an OpenCV build that overwrites the headless one; what it really imports is installed anyway.
TRACKEVAL := .venv/bin/pip install --quiet --no-deps sn-trackeval==0.4.0
BENCHMARKS := overhead latency capacity steps profiles scaling metrics_cost bytetrack identity persistence match_store

.PHONY: help demo test test-gpu bench chaos lint sbom audit format clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

demo: .venv/.serve  ## Track a simulated match on a real Triton and write runs/demo
	.venv/bin/sideline demo

test: .venv/.dev  ## The whole test suite, real server included
	.venv/bin/python -m pytest

bench: .venv/.dev  ## All benchmarks, about an hour; records in benchmarks/results
	set -e; for name in $(BENCHMARKS); do .venv/bin/python -m benchmarks.$$name; done

chaos: .venv/.dev  ## Faults injected into a real service, results into docs/reliability.md (make demo first)
	.venv/bin/python -m chaos prepare data/demo
	.venv/bin/python -m chaos run
	.venv/bin/python -m chaos report

test-gpu: .venv/.dev  ## What needs an NVIDIA GPU: plans beside their ONNX files
	.venv/bin/python -m pytest tests/gpu

lint: .venv/.dev  ## ruff and mypy
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

sbom: .venv/.audit  ## Bill of materials (CycloneDX) of the environment, offline
	.venv/bin/cyclonedx-py environment .venv/bin/python --pyproject pyproject.toml --output-reproducible -o sbom.json

audit: .venv/.audit  ## Known vulnerabilities of the dependencies; needs PyPI's vulnerability service
	.venv/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip

format: .venv/.dev  ## Format the code
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

clean:  ## Remove the environment and what the demo wrote (data/ and trained checkpoints stay)
	rm -rf .venv runs/demo

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.serve: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable '.[serve,client,store]'
	$(TRACKEVAL)
	touch $@

.venv/.dev: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --editable '.[serve,client,store,cluster,train,dev]'
	$(TRACKEVAL)
	touch $@ .venv/.serve

.venv/.audit: .venv/.dev
	$(PIP) --editable '.[audit]'
	touch $@
