#!/bin/sh
# Locks what pyproject.toml asks for: versions and hashes, no address. Usage: requirements/compile.sh [--upgrade]
set -eu
cd "$(dirname "$0")/.."
unset PIP_FIND_LINKS || true
common="--quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-annotate"
.venv/bin/python -m piptools compile $common "$@" --extra embedded -o requirements/runtime.lock pyproject.toml
.venv/bin/python -m piptools compile $common "$@" --extra embedded -o requirements/dev.lock pyproject.toml requirements/dev.in
