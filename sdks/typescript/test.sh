#!/bin/sh
# Checks the package: formatting, types and the generated files; then packs it, installs it where nothing else is,
# and runs the tests against that and a real server (ATOM_MARKETPLACE_BIN, or what cargo built).
# Arguments go to vitest. The last line is `N passed, N failed`.
set -eu
cd "$(dirname "$0")"

npm ci --no-audit --no-fund --loglevel=error
npm run --silent check

ATOM_SDK_DIR=$(mktemp -d)
export ATOM_SDK_DIR
trap 'rm -rf "$ATOM_SDK_DIR"' EXIT
npm pack --silent --pack-destination "$ATOM_SDK_DIR" >/dev/null
printf '{ "private": true, "type": "module" }\n' >"$ATOM_SDK_DIR/package.json"
(cd "$ATOM_SDK_DIR" && npm install --silent --no-audit --no-fund --offline ./*.tgz)
# What the samples are checked and run with is not the package's: it is lent to the project, not installed.
mkdir "$ATOM_SDK_DIR/node_modules/@types"
ln -s "$PWD/node_modules/vitest" "$ATOM_SDK_DIR/node_modules/vitest"
ln -s "$PWD/node_modules/@types/node" "$ATOM_SDK_DIR/node_modules/@types/node"

status=0
npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="$ATOM_SDK_DIR/results.json" "$@" || status=$?
node -p 'const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  `${r.numPassedTests} passed, ${r.numFailedTests + r.testResults.filter((f) => f.status === "failed" && f.assertionResults.length === 0).length} failed`' \
  "$ATOM_SDK_DIR/results.json"
exit "$status"
