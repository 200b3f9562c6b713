#!/bin/sh
# Checks commit $2 of the repository $1 out and runs its tests with the shell $3.
set -eu
git clone --quiet "$1" checkout
cd checkout
git checkout --quiet "$2"
echo "Testing with $3"
"$3" ./test.sh
printf '{"shell": "%s", "passed": true}' "$3" > "$MILLRACE_OUTPUT"
