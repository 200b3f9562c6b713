#!/bin/sh
# Clones the repository $1 into a fresh folder; makes a small repository first when $1 is empty.
set -eu
repository=$1
folder=$(mktemp -d)
if [ -z "$repository" ]; then
  repository="$folder/origin"
  git init --quiet "$repository"
  printf 'add() { echo $(($1 + $2)); }\n' > "$repository/add.sh"
  printf '. ./add.sh\n[ "$(add 2 3)" = 5 ] && [ "$(add 20 22)" = 42 ]\n' > "$repository/test.sh"
  git -C "$repository" add .
  git -C "$repository" -c user.name=millrace -c user.email=millrace@example.com commit --quiet -m "Add numbers"
fi
git clone --quiet "$repository" "$folder/checkout"
commit=$(git -C "$folder/checkout" rev-parse HEAD)
echo "Checked out $commit"
printf '{"folder": "%s", "commit": "%s"}' "$folder" "$commit" > "$MILLRACE_OUTPUT"
