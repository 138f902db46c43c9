#!/bin/sh
# What it takes to build the jobs that are not TypeScript or JavaScript, for the templates of `jobico init` and the
# examples: componentize-py and a C compiler for WebAssembly into .toolchains, and Rust's target. Rust and Go themselves
# are taken as they are; tests of a language whose tools are missing say so and do not run.
set -eu
cd "$(dirname "$0")/.."

python3 -m venv .toolchains
.toolchains/bin/pip install --quiet componentize-py==0.25.1 ziglang==0.17.1

if command -v rustup >/dev/null 2>&1; then
  rustup target add wasm32-wasip2
else
  echo "There is no rustup: get it from https://rustup.rs for the jobs in Rust." >&2
fi
command -v go >/dev/null 2>&1 || echo "There is no go: get it from https://go.dev/dl for the jobs in Go." >&2
