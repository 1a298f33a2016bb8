#!/usr/bin/env bash
# An ATOM instance's own marketplace client against the program that cargo built (or ATOM_MARKETPLACE_BIN). Needs Python 3.11
# with venv. SATELLITES and UPDATES make the crowd larger (200 and 1000 for the whole). Arguments go to pytest. The last line
# is `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")"

work=../../target/satellite
bin="$work/venv/bin"
report="$work/pytest.log"
fail() {
    echo "$1"
    echo "0 passed, 1 failed"
    exit 1
}

export PIP_DISABLE_PIP_VERSION_CHECK=1
mkdir -p "$work"
[ -x "$bin/python" ] || "${PYTHON:-python3}" -m venv "$work/venv" || fail "there is no venv"
"$bin/pip" install --quiet -r requirements.txt || fail "the client's libraries are missing"
"$bin/python" -B -m pytest -p no:cacheprovider -q "$@" . 2>&1 | tee "$report"
status=${PIPESTATUS[0]}
count() {
    tail -n 1 "$report" | grep -oE "[0-9]+ $1" | grep -oE '[0-9]+' || echo 0
}
failed=$(($(count failed) + $(count error)))
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "$(count passed) passed, $failed failed"
[ "$failed" -eq 0 ]
