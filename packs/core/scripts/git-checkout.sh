#!/bin/sh
# Fetches one commit into a folder. The token goes in by the environment: arguments are seen by everybody on the machine.
set -eu

case "/$CHECKOUT_PATH/" in
  */../*) echo "path: $CHECKOUT_PATH leads out of the folder" >&2; exit 2 ;;
esac
folder="${MILLRACE_SHARED:-$PWD}/$CHECKOUT_PATH"
export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_LFS_SKIP_SMUDGE=1
export GIT_ALLOW_PROTOCOL=https:ssh:file GIT_SSH_COMMAND="${GIT_SSH_COMMAND:-ssh -o BatchMode=yes}"
if [ -n "$CHECKOUT_TOKEN" ]; then
  origin=$(printf '%s' "$CHECKOUT_URL" | cut -d/ -f1-3)
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$origin/.extraHeader"
  basic=$(printf 'x-access-token:%s' "$CHECKOUT_TOKEN" | base64 | tr -d '\n')
  export GIT_CONFIG_VALUE_0="Authorization: Basic $basic"
fi
unset CHECKOUT_TOKEN

mkdir -p "$folder"
git -C "$folder" init --quiet
git -C "$folder" fetch --quiet --depth "$CHECKOUT_DEPTH" --no-tags --no-recurse-submodules "$CHECKOUT_URL" "${CHECKOUT_REF:-HEAD}"
git -C "$folder" -c core.hooksPath=/dev/null checkout --quiet --force --detach FETCH_HEAD
commit=$(git -C "$folder" rev-parse HEAD)
echo "checked out $commit of $CHECKOUT_URL"
printf '{"commit": "%s", "path": "%s"}' "$commit" "$CHECKOUT_PATH" > "$MILLRACE_OUTPUT"
