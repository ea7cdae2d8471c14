#!/bin/sh
# The editor that Claude Code opens on Ctrl-G in an agent: `agent-editor.sh FILE`.
#
# While muxward sends a message, the file run/<agent>/compose holds it: it takes the place of what FILE holds, exact
# whatever its length, which typing it would not be. Otherwise the user's own editor opens, as it would without muxward.

mw_compose=${MUXWARD_HOME-}/run/${MUXWARD_AGENT-}/compose
if [ -n "${MUXWARD_AGENT-}" ] && [ -f "$mw_compose" ]; then
  # Removed last: that it is gone tells that the text was handed over.
  cat "$mw_compose" >"$1" && rm -f "$mw_compose"
  exit
fi

VISUAL=${MUXWARD_USER_VISUAL-}
export VISUAL
for mw_editor in "$VISUAL" "${EDITOR-}" code vi nano; do
  [ -n "$mw_editor" ] || continue
  # Words of a command, as git and others take it: `code --wait`.
  set -f
  # shellcheck disable=SC2086
  set -- "$1" $mw_editor
  mw_file=$1
  shift
  command -v "$1" >/dev/null && exec "$@" "$mw_file"
  set -- "$mw_file"
done
echo "no editor was found: set EDITOR" >&2
exit 1
