#!/usr/bin/env bash
# What the SDKs cost their users, beside stripe's and openai's: milliseconds to import in Python, bytes of a bundle in
# TypeScript. Needs Python 3.11, Node 20 and the package registries. Works in target/sdk-bench.
set -euo pipefail
cd "$(dirname "$0")"
work="$(cd .. && pwd)/target/sdk-bench"
mkdir -p "$work/dist" "$work/node"

echo "Import time (Python):"
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" wheel --quiet --no-deps --wheel-dir "$work/dist" ./python
"$work/venv/bin/pip" install --quiet --force-reinstall "$work"/dist/atom_marketplace-*.whl stripe openai
"$work/venv/bin/python" python/scripts/import_time.py atom_marketplace:MarketplaceClient stripe:StripeClient openai:OpenAI

echo "Bundle, minified and gzipped (TypeScript):"
(cd typescript && npm ci --silent --no-audit --no-fund && rm -f "$work"/dist/*.tgz && npm pack --silent --pack-destination "$work/dist" >/dev/null)
cd "$work/node"
[ -f package.json ] || echo '{"private": true, "type": "module"}' >package.json
npm install --silent --no-audit --no-fund --no-save esbuild stripe openai "$work"/dist/*.tgz
bundle() {
    echo "import { $2 } from '$1'; globalThis.client = $2;" >"entry.mjs"
    npx esbuild entry.mjs --bundle --minify --format=esm --platform=node --log-level=error --outfile=out.mjs
    echo "$1: $(wc -c <out.mjs) bytes, $(gzip -9c out.mjs | wc -c) gzipped"
}
bundle @atom-saas/marketplace-sdk MarketplaceClient
bundle stripe Stripe
bundle openai OpenAI
