#!/bin/sh
# Clones the repository $1 to learn its commit; makes a small repository first when $1 is empty.
set -eu
repository=$1
made=
if [ -z "$repository" ]; then
  # Not in $TMPDIR: that is this step's own and goes with it.
  made=$(mktemp -d /tmp/millrace-ci-XXXXXX)
  repository=$made
  git init --quiet "$made"
  printf 'add() { echo $(($1 + $2)); }\n' > "$made/add.sh"
  printf '. ./add.sh\n[ "$(add 2 3)" = 5 ] && [ "$(add 20 22)" = 42 ]\n' > "$made/test.sh"
  git -C "$made" add .
  git -C "$made" -c user.name=millrace -c user.email=millrace@example.com commit --quiet -m "Add numbers"
fi
git clone --quiet --bare "$repository" checkout
commit=$(git -C checkout rev-parse HEAD)
echo "Commit $commit"
printf '{"repository": "%s", "commit": "%s", "made": "%s"}' "$repository" "$commit" "$made" > "$MILLRACE_OUTPUT"
