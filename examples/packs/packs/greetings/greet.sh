#!/bin/sh
# Both values come as arguments, so they never become code.
printf 'OUTPUT: {"text": "%s, %s!"}\n' "$(cat "$MILLRACE_PACK/texts/$1")" "$2"
