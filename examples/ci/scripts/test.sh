#!/bin/sh
# Runs the tests of the checkout in $1 with the shell $2.
set -eu
cd "$1/checkout"
echo "Testing with $2"
"$2" ./test.sh
printf '{"shell": "%s", "passed": true}' "$2" > "$MILLRACE_OUTPUT"
