#!/bin/sh
# Runs one agent's program, reports its start and its end, and starts it again when it is told to.
# Whether and when it runs again is decided elsewhere (the daemon); see `agent-wrapper.sh --help`.
#
# Written to <home>/run/<name>/journal and, while it is there, to the FIFO <home>/run/.ends:
#     <name> <generation> started <pid> <start time>         0 where the reader can look it up
#     <name> <generation> ended <status>                     128+N for signal N
#     <name> <generation> failed missing-cwd|missing-command
# Read from the FIFO <home>/run/<name>/verdict after an end, where a generation was given:
#     run <generation>      or      end
#
# Up to the program's first start only shell builtins run: each process would double what a start costs.
# Variables begin with mw_, because the agent's environment is read into this very shell.

case $0 in
  */*) mw_other_half=${0%/*}/agent-wrapper-by-hand.sh ;;
  *) mw_other_half=./agent-wrapper-by-hand.sh ;;
esac

# Each function that stays is 200 times in memory where 200 agents run: what is seldom needed is read then.
load_other_half() {
  if [ -z "$mw_loaded" ]; then
    mw_loaded=1 mw_by_hand=''
    . "$mw_other_half"
  fi
}

is_name() {
  case $1 in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9_-]*) return 1 ;; esac
  [ ${#1} -le 63 ]
}

is_number() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
}

# Sets what the kernel says of this very process. The program's name may hold spaces: what counts comes after its ")".
# dash reads this file byte by byte, a quarter of what a start costs: in a pane, `find_own_pid` will do.
look_at_self() {
  mw_pid='' mw_start=0 mw_group='' mw_session='' mw_foreground=''
  if { read -r mw_stat </proc/self/stat; } 2>/dev/null; then
    mw_pid=${mw_stat%% *}
    set -- ${mw_stat##*) }
    mw_group=$3 mw_session=$4 mw_foreground=$6 mw_start=${20}
  else
    mw_pid=$(exec sh -c 'echo "$PPID"')
  fi
}

# Its pid alone, as the kernel resolves /proc/self. Moves to that folder; the start time is left to who reads the report.
find_own_pid() {
  mw_start=0
  cd -P /proc/self 2>/dev/null && mw_pid=${PWD#/proc/} && is_number "$mw_pid" || look_at_self
}

# pane: we lead the session of a terminal. shell: a terminal's foreground is ours, but the session is a shell's.
# none: no terminal on standard input, or another group has it.
find_mode() {
  mw_mode=none
  [ -t 0 ] || return 0
  # The daemon starts it as the process of a pane, which leads its session.
  if [ -n "$mw_supervised" ]; then
    mw_mode=pane
    return 0
  fi
  look_at_self
  if [ -z "$mw_session" ]; then
    mw_mode=shell
  elif [ "$mw_session" = "$mw_pid" ]; then
    mw_mode=pane
  elif [ "$mw_foreground" = "$mw_group" ]; then
    mw_mode=shell
  fi
}

# One echo is one write, so that the lines of many wrappers never mix.
record() {
  if [ -d "$mw_run" ]; then { echo "$mw_name $mw_generation $1" >>"$mw_run/journal"; } 2>/dev/null; fi
}

# The child's side, which becomes the agent's program.
launch() {
  mw_apart=''
  if [ -z "$mw_given" ]; then . "$mw_run/args"; fi
  if [ -z "$mw_apart" ]; then become "$@"; fi
  # Throttling stops the program again and again. We would take the terminal from it each time, and continue it: so its
  # parent is a shell without job control, which is told of no stop. It goes only after the program, and stops with
  # the group where that is paused. The words on its end are hidden as in run_in_foreground.
  trap : INT QUIT TERM HUP
  { :; ( become "$@" 2>&6 6>&- ); } 6>&2 2>/dev/null
  exit $?
}

# A failure is left in a file for the parent to report, which first has to be ready for the verdict on it.
become() {
  if [ "$mw_mode" = pane ] && [ -z "$mw_given" ]; then
    find_own_pid
  else
    look_at_self
    if [ "$mw_mode" = shell ]; then give_terminal "${mw_group:-$mw_pid}"; fi
  fi
  if [ -z "$mw_given" ]; then
    mw_cwd=$cwd
    unset cwd
    cd "$mw_cwd" 2>/dev/null || fail missing-cwd "the working folder $mw_cwd is not there"
    # After cd, which sets it, and before the agent's own values.
    unset OLDPWD
    . "$mw_run/env"
    PWD=$mw_cwd
    export PWD
  fi
  case $1 in
    */*) [ -x "$1" ] && [ ! -d "$1" ] ;;
    *) command -v "$1" >/dev/null ;;
  esac || fail missing-command "there is no program $1"
  export MUXWARD_HOME="$mw_home" MUXWARD_AGENT="$mw_name" MUXWARD_GENERATION="$mw_generation"
  record "started $mw_pid $mw_start"
  echo "$mw_name $mw_generation started $mw_pid $mw_start" >&3
  # tmux starts panes with TTIN and TTOU ignored. `set -m` of other shells undoes that, bash has no means to.
  if [ "$mw_mode" = pane ] && [ -n "${BASH_VERSION-}" ] && command -v perl >/dev/null; then
    PERL_BADLANG=0 exec perl -e "$mw_default_signals" -- "$@" 3>&- 4>&-
  fi
  exec "$@" 3>&- 4>&-
}

mw_default_signals='$SIG{$_} = "DEFAULT" for qw(INT QUIT TTIN TTOU); delete $ENV{PERL_BADLANG};
  exec {$ARGV[0]} @ARGV; exit 126'

fail() {
  printf '✘ %s\n' "$2" >&2
  if [ -d "$mw_run" ]; then echo "$1" >"$mw_run/failure"; fi
  exit 127
}

run_in_foreground() {
  set -m
  if [ -n "${BASH_VERSION-}" ]; then
    ( launch "$@" )
  else
    # Its own words on a job's end ("Terminated") are no output of the agent; bash has none, and needs its terminal here.
    # (Without a second command, dash would redirect but the subshell.)
    { :; ( launch "$@" 2>&5 5>&- ); } 5>&2 2>/dev/null
  fi
  mw_status=$?
  # Stopped, or ended by a signal of that number.
  case $mw_status in
    14[5-9] | 150)
      # dash tells of a job that stopped when it reads the next command of a file; that is no output of the agent.
      { load_other_half; } 2>/dev/null
      outlast_stops
      ;;
  esac
}

run_once() {
  if [ "$mw_mode" = pane ] || { [ "$mw_mode" = shell ] && ! command -v perl >/dev/null; }; then
    run_in_foreground "$@"
  else
    load_other_half
    run_in_background "$@"
  fi
}

mw_launch='' mw_supervised='' mw_given='' mw_listening='' mw_loaded='' mw_generation=0
if [ $# -eq 3 ] && is_name "$1" && is_name "$2" && is_number "$3"; then
  mw_name=$1 mw_type=$2 mw_generation=$3 mw_supervised=1
  shift 3
fi
case $mw_supervised${MUXWARD_HOME-} in
  1/*) ;;
  *)
    if [ -n "$mw_supervised" ]; then set -- "$mw_name" "$mw_type" "$mw_generation"; fi
    # Not by the function, in which its shifts would be lost.
    mw_loaded=1 mw_by_hand=1
    . "$mw_other_half"
    ;;
esac
mw_home=$MUXWARD_HOME mw_run=$MUXWARD_HOME/run/$mw_name
# Opened for reading too, so that it never blocks, and what it holds outlives the daemon.
if [ -p "$mw_home/run/.ends" ]; then exec 3<>"$mw_home/run/.ends"; else exec 3>/dev/null; fi

if [ -n "$mw_launch" ]; then
  mw_mode=none
  launch "$@"
fi
find_mode
# Made here and not by the child, whose file mode mask is the agent's.
if [ -d "$mw_run" ]; then { : >>"$mw_run/journal"; } 2>/dev/null; fi
# TERM and HUP keep their default action: when a session's leader dies, the kernel hangs up the foreground.
if [ "$mw_mode" = pane ]; then trap : INT QUIT TSTP; fi
# When its foreground child ends by SIGINT, bash leaves all functions and loops, trap or no trap, and goes on here.
mw_status=''
run_once "$@"
mw_left_with=$?
mw_status=${mw_status:-$mw_left_with}

# A shell reads a script as it comes to it: what stands below costs a start nothing.

# The verdict may come within a millisecond of the report, so its FIFO is opened first.
tell_end() {
  mw_end="ended $mw_status"
  if [ -s "$mw_run/failure" ]; then
    read -r mw_end <"$mw_run/failure"
    mw_end="failed $mw_end"
    : >"$mw_run/failure"
  fi
  record "$mw_end"
  if [ -n "$mw_supervised" ] && [ -z "$mw_listening" ]; then
    [ -p "$mw_run/verdict" ] || mkfifo -m 600 "$mw_run/verdict"
    if [ -p "$mw_run/verdict" ]; then
      exec 4<>"$mw_run/verdict"
      mw_listening=1
    fi
  fi
  echo "$mw_name $mw_generation $mw_end" >&3
}

# What was killed had no chance to put the terminal back: modes now, the screen only when it runs again.
mend_terminal() {
  if [ "$mw_mode" = pane ] && [ "$mw_status" -gt 128 ]; then
    stty sane iutf8 2>/dev/null || stty sane
  fi
}

clear_screen_modes() {
  if [ "$mw_mode" = pane ] && [ "$mw_status" -gt 128 ]; then
    printf '\033[?1049l\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?2004l\033[?1l\033[?25h\033[0m'
  fi
}

await_verdict() {
  while :; do
    # A key that is a signal ends a read early.
    read -r mw_verb mw_number <&4 || continue
    case $mw_verb in
      end) exit "$mw_status" ;;
      run)
        if is_number "$mw_number"; then
          mw_generation=$mw_number
          return
        fi
        ;;
    esac
  done
}

# Returns when there is to be another generation.
settle() {
  tell_end
  if [ -z "$mw_listening" ]; then exit "$mw_status"; fi
  mend_terminal
  await_verdict
  clear_screen_modes
}

settle
if [ -n "${BASH_VERSION-}" ]; then exec "$BASH" "$0" "$mw_name" "$mw_type" "$mw_generation" ${mw_given:+--} "$@"; fi
while :; do
  run_once "$@"
  settle
done
