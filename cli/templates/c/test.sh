#!/bin/sh
# Runs what knows nothing of the platform with this machine's own compiler.
set -eu
cd "$(dirname "$0")"
mkdir -p build
${CC:-cc} -std=c11 -Wall -Wextra -g -o build/test test/test.c src/greeting.c src/json.c
build/test
echo ok
