#!/bin/sh
# Packs data/$1 into the folder $2.
set -eu
if [ ! -d "data/$1" ]; then
  echo "There is no set $1 in data/." >&2
  exit 1
fi
archive="$2/$1.tar.gz"
tar -czf "$archive" -C data "$1"
echo "Packed $1: $(wc -c < "$archive") bytes"
printf '{"set": "%s", "archive": "%s"}' "$1" "$archive" > "$MILLRACE_OUTPUT"
