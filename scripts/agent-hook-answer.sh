# Sourced by agent-hook.sh, for calls that may be answered: waits at a FIFO beside the question until an answer is
# written, and prints it. Meanwhile Claude Code shows its dialog, and whoever answers first has answered: it ends this
# script, or whoever wrote the FIFO's other end sends an empty line.

[ "$mw_event" = PermissionRequest ] || return 0
mw_fifo=$mw_run/answers/$mw_id
mkfifo -m 600 "$mw_fifo" 2>/dev/null || return 0
# Open at both ends, so that looking whether somebody waits here does not look like an end of file.
read -r mw_answer <>"$mw_fifo"
rm -f "$mw_fifo"
[ -z "$mw_answer" ] || printf '%s\n' "$mw_answer"
