#!/bin/sh
# Takes down one hook call of an agent's program: `sh agent-hook.sh EVENT`, with the call's JSON on standard input, or
# read by a shell that has the event and this folder as its arguments. The settings file that muxward starts Claude Code
# with says so. It works while no daemon runs, costs a few milliseconds, never fails the agent, and prints nothing
# unless an answer waits.
#
# A call becomes one file of the agent's own, so that calls of many subagents never mix and half a call is known:
#     <home>/run/<agent>/hooks.d/<uptime>-<pid>
#         muxward-hook 1 <generation> <event>
#         <the JSON, cut off at mw_most bytes>
#         end
# Its time is the file's. Whoever reads it removes it.
#
# Where the folder run/<agent>/answers is, agent-hook-answer.sh beside this script is read: it may print an answer,
# and has $mw_event, $mw_run and $mw_id to find it by.

mw_most=1048576
# So many unread calls are kept of tools, and twice as many of what is rarer and says more.
mw_kept=2000

mw_event=${1-} mw_scripts=${2:-${0%/*}} mw_run=${MUXWARD_HOME-}/run/${MUXWARD_AGENT-}
mw_spool=$mw_run/hooks.d mw_uptime=0
umask 077

if [ -z "${MUXWARD_AGENT-}" ] || [ ! -d "$mw_spool" ]; then
  cat >/dev/null
  exit 0
fi

set -- "$mw_spool"/*
case $mw_event in
  PreToolUse | PostToolUse | StatusLine) ;;
  *) mw_kept=$((mw_kept * 2)) ;;
esac
if [ $# -gt "$mw_kept" ]; then
  cat >/dev/null
  exit 0
fi

{ read -r mw_uptime mw_rest </proc/uptime; } 2>/dev/null
mw_id=$mw_uptime-$$
{
  echo "muxward-hook 1 ${MUXWARD_GENERATION:-0} $mw_event"
  head -c "$mw_most"
  printf '\nend\n'
} >"$mw_spool/$mw_id" 2>/dev/null
if [ -d "$mw_run/answers" ] && [ -r "$mw_scripts/agent-hook-answer.sh" ]; then . "$mw_scripts/agent-hook-answer.sh"; fi
exit 0
