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
# Up to the program's first start only shell builtins run: each process would double what a start costs. What a shell has
# to read costs too, and stays 200 times in memory where 200 agents run: here is the usual start, which is the daemon's,
# in a pane, with dash; all others are in the other half.
# Variables begin with mw_, because the agent's environment is read into this very shell.

case $0 in
  */*) mw_other_half=${0%/*}/agent-wrapper-by-hand.sh ;;
  *) mw_other_half=./agent-wrapper-by-hand.sh ;;
esac

load_other_half() {
  if [ -z "$mw_loaded" ]; then
    mw_loaded=1
    . "$mw_other_half"
  fi
}

# The child's side, which becomes the agent's program.
launch() {
  mw_apart=''
  . "$mw_run/args"
  if [ -z "$mw_apart" ]; then become "$@"; fi
  load_other_half
  launch_apart "$@"
}

become() {
  find_self
  enter_folder
  case $1 in
    */*) [ -x "$1" ] && [ ! -d "$1" ] ;;
    *) command -v "$1" >/dev/null ;;
  esac || give_up missing-command "there is no program $1"
  export MUXWARD_HOME="$mw_home" MUXWARD_AGENT="$mw_name" MUXWARD_GENERATION="$mw_generation"
  record "started $mw_pid $mw_start"
  echo "$mw_line" >&3
  run_program "$@"
}

# Its pid, as the kernel resolves /proc/self. dash reads a file there byte by byte, a quarter of what a start costs: the
# start time is left to who reads the report.
find_self() {
  mw_start=0
  if cd -P /proc/self 2>/dev/null; then
    mw_pid=${PWD#/proc/}
  else
    load_other_half
    look_at_self
  fi
}

enter_folder() {
  mw_cwd=$cwd
  unset cwd
  cd "$mw_cwd" 2>/dev/null || give_up missing-cwd "the working folder $mw_cwd is not there"
  # After cd, which sets it, and before the agent's own values.
  unset OLDPWD
  . "$mw_run/env"
  PWD=$mw_cwd
  export PWD
}

run_program() {
  exec "$@" 3>&- 4>&-
}

give_up() {
  load_other_half
  fail "$@"
}

# One echo is one write, so that the lines of many wrappers never mix.
record() {
  mw_line="$mw_name $mw_generation $1"
  { echo "$mw_line" >>"$mw_run/journal"; } 2>/dev/null
}

run_once() {
  set -m
  # dash's own words on a job's end ("Terminated") are no output of the agent. (Without a second command, it would
  # redirect but the subshell.)
  { :; ( launch "$@" 2>&5 5>&- ); } 5>&2 2>/dev/null
  mw_status=$?
  outlast_stops
}

# With job control a job that stopped looks like one that a signal of that number ended.
outlast_stops() {
  case $mw_status in
    14[5-9] | 150)
      # dash tells of a job that stopped when it reads the next command of a file; that is no output of the agent.
      { load_other_half; } 2>/dev/null
      go_on_if_stopped
      ;;
  esac
}

mw_loaded='' mw_launch='' mw_given='' mw_listening='' mw_supervised='' mw_mode=''
if [ $# -eq 3 ] && [ -t 0 ] && [ -r "${MUXWARD_HOME-}/run/$1/args" ] && [ -z "${BASH_VERSION-}" ]; then
  case $0:$MUXWARD_HOME in
    /*:/*)
      case $1$2/$3 in
        -* | _* | *[!A-Za-z0-9_/-]* | */ | */*[!0-9]*) ;;
        *)
          mw_name=$1 mw_type=$2 mw_generation=$3 mw_supervised=1 mw_mode=pane
          shift 3
          ;;
      esac
      ;;
  esac
fi
if [ -z "$mw_mode" ]; then
  # Not by the function, in which its shifts would be lost.
  mw_loaded=1 mw_by_hand=1
  . "$mw_other_half"
fi
mw_home=$MUXWARD_HOME mw_run=$MUXWARD_HOME/run/$mw_name
# Opened for reading too, so that it never blocks, and what it holds outlives the daemon.
if [ -p "$mw_home/run/.ends" ]; then exec 3<>"$mw_home/run/.ends"; else exec 3>/dev/null; fi

if [ -n "$mw_launch" ]; then launch "$@"; fi
# Made here and not by the child, whose file mode mask is the agent's.
{ true >>"$mw_run/journal"; } 2>/dev/null
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
        case $mw_number in
          '' | *[!0-9]*) ;;
          *)
            mw_generation=$mw_number
            return
            ;;
        esac
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
