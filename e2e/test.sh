#!/bin/sh
# Looks at every page in Debian's chromium, against the program that cargo built (or ATOM_MARKETPLACE_BIN). `screenshots` as an
# argument writes pictures instead. The last line is `N passed, N failed`.
set -eu
cd "$(dirname "$0")"

npm ci --no-audit --no-fund --loglevel=error
exec npm run --silent "${1:-test}"
