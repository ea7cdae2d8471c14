#!/bin/sh
# The status line of a Claude Code that muxward started: takes down what it is told, as agent-hook.sh does a hook call,
# and shows what the user's own status line shows. That command is in run/<agent>/status-line, where there is one.

mw_run=${MUXWARD_HOME-}/run/${MUXWARD_AGENT-}
mw_said=$(cat)
mw_uptime=0
umask 077
if [ -n "${MUXWARD_AGENT-}" ] && [ -d "$mw_run/hooks.d" ]; then
  { read -r mw_uptime mw_rest </proc/uptime; } 2>/dev/null
  printf 'muxward-hook 1 %s StatusLine\n%s\nend\n' "${MUXWARD_GENERATION:-0}" "$mw_said" 2>/dev/null >"$mw_run/hooks.d/status-line.$mw_uptime-$$"
fi
if [ -s "$mw_run/status-line" ]; then
  # The command is the user's, and its output is the status line.
  printf '%s' "$mw_said" | exec sh "$mw_run/status-line"
fi
exit 0
