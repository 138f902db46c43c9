#!/bin/sh
# Makes the core module of the job, with the first C compiler for WebAssembly that is found; `jobico build` makes the
# component of it.
set -eu
cd "$(dirname "$0")"
out=build/job.core.wasm
mkdir -p "$(dirname "$out")"

if [ -n "${WASI_SDK_PATH:-}" ]; then
  compiler="$WASI_SDK_PATH/bin/clang"
elif command -v zig >/dev/null 2>&1; then
  compiler="zig cc --target=wasm32-wasi"
elif python3 -c 'import ziglang' >/dev/null 2>&1; then
  compiler="python3 -m ziglang cc --target=wasm32-wasi"
else
  echo "There is no C compiler for WebAssembly. Any of these will do:" >&2
  echo "  pip install ziglang     (or zig from https://ziglang.org/download)" >&2
  echo "  wasi-sdk from https://github.com/WebAssembly/wasi-sdk/releases, and WASI_SDK_PATH set to its folder" >&2
  exit 1
fi

# 64 KiB of stack instead of the compiler's megabytes: each warm instance would hold them.
$compiler -mexec-model=reactor -std=c11 -Os -s -Wall -Wextra -Wl,-z,stack-size=65536 -o "$out" src/*.c
