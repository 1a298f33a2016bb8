#!/usr/bin/env bash
# Everything that must hold of the Python SDK, on its built wheel: generated code, format, lints, types, tests.
# Needs Python 3.11 with venv, and a built server (ATOM_MARKETPLACE_BIN, or target/ of the repository).
# Arguments go to pytest. The last line is `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")"

python="${PYTHON:-python3}"
work=../../target/python-sdk
venv="$work/venv"
bin="$venv/bin"
passed=0
failed=0

check() {
    local title="$1"
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        echo "FAILED: $title ($*)"
        failed=$((failed + 1))
    fi
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}

install() {
    [ -x "$bin/python" ] || "$python" -m venv "$venv" || return
    "$bin/pip" install --quiet --upgrade 'pip>=25.1' || return
    rm -rf "$work/dist"
    "$bin/pip" wheel --quiet --no-deps --wheel-dir "$work/dist" . || return
    "$bin/pip" install --quiet --group dev "$work"/dist/*.whl || return
    # The wheel of the same version was there before: this one in its place.
    "$bin/pip" install --quiet --no-deps --force-reinstall "$work"/dist/*.whl
}

# As a user has it: nothing there but the wheel and what it asks for.
alone() {
    rm -rf "$work/alone"
    "$python" -m venv "$work/alone" || return
    "$work/alone/bin/pip" install --quiet "$work"/dist/*.whl || return
    "$work/alone/bin/pip" check >/dev/null || return
    "$work/alone/bin/python" -I -W error -c "
import atom_marketplace as package
from atom_marketplace import AsyncMarketplaceClient, MarketplaceClient, types, webhooks
for name in package.__all__:
    getattr(package, name)
MarketplaceClient('http://127.0.0.1/api').close()
"
}

export PIP_DISABLE_PIP_VERSION_CHECK=1
check "generated code is up to date" "$python" scripts/generate.py --check
check "the wheel builds and installs" install
[ "$failed" -eq 0 ] || finish
check "the wheel works alone" alone

check "format" "$bin/ruff" format --quiet --check .
check "lints" "$bin/ruff" check --quiet .
check "types (mypy)" "$bin/mypy" --no-error-summary
check "types (pyright)" "$bin/basedpyright" --pythonpath "$bin/python" --level error

report="$work/pytest.log"
"$bin/python" -m pytest "$@" 2>&1 | tee "$report"
status=${PIPESTATUS[0]}
count() {
    tail -n 1 "$report" | grep -oE "[0-9]+ $1" | grep -oE '[0-9]+' || echo 0
}
tests_failed=$(($(count failed) + $(count error)))
if [ "$status" -ne 0 ] && [ "$tests_failed" -eq 0 ]; then
    tests_failed=1
fi
passed=$((passed + $(count passed)))
failed=$((failed + tests_failed))
finish
