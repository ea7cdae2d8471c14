# The other half of agent-wrapper.sh, read only when it is needed: all ways to run but the usual one, what can go wrong
# in that, and outlasting a stopped program. Two hundred wrappers that wait in panes hold none of it.

usage='usage: agent-wrapper.sh NAME TYPE [GENERATION]
       agent-wrapper.sh NAME TYPE -- COMMAND [ARG]...

Runs an agent in this terminal: the program, folder and environment that muxward
recorded for NAME, or COMMAND in the current ones. It gets a process group of its
own, and the terminal; TERM, INT and HUP reach it; its exit status becomes ours.
With a GENERATION it waits after each end for the verdict of the daemon.

  NAME    letters, digits, - and _, at most 63 characters
  TYPE    worker, claude-code, monitor ...
  MUXWARD_HOME    where muxward keeps its files (default ~/.local/state/muxward)

examples:
  agent-wrapper.sh web worker -- python3 -m http.server 8080
  agent-wrapper.sh coder claude-code'

refuse() {
  printf '✘ %s\nhint: %s\n' "$1" "$2" >&2
  exit 2
}

find_home() {
  case ${MUXWARD_HOME-} in
    /*) ;;
    '')
      case ${XDG_STATE_HOME-} in
        /*) MUXWARD_HOME=$XDG_STATE_HOME/muxward ;;
        *) MUXWARD_HOME=$HOME/.local/state/muxward ;;
      esac
      ;;
    *) MUXWARD_HOME=$PWD/$MUXWARD_HOME ;;
  esac
  export MUXWARD_HOME
}

is_name() {
  case $1 in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9_-]*) return 1 ;; esac
  [ ${#1} -le 63 ]
}

is_number() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
}

# Sets what the kernel says of this very process. The program's name may hold spaces: what counts comes after its ")".
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

# pane: we lead the session of a terminal. shell: a terminal's foreground is ours, but the session is a shell's.
# none: no terminal on standard input, or another group has it.
find_mode() {
  mw_mode=none
  if [ -n "$mw_launch" ] || [ ! -t 0 ]; then return 0; fi
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

# A failure is left in a file for the parent to report, which first has to be ready for the verdict on it.
fail() {
  printf '✘ %s\n' "$2" >&2
  if [ -d "$mw_run" ]; then echo "$1" >"$mw_run/failure"; fi
  exit 127
}

# Throttling stops the program again and again. We would take the terminal from it each time, and continue it: so its
# parent is a shell without job control, which is told of no stop. It goes only after the program, and stops with
# the group where that is paused. The words on its end are hidden as in run_once.
launch_apart() {
  trap : INT QUIT TERM HUP
  { :; ( become "$@" 2>&6 6>&- ); } 6>&2 2>/dev/null
  exit $?
}

# No builtin moves a terminal's foreground but a job's start and end, during which no trap would run.
give_terminal() {
  PERL_BADLANG=0 perl -e 'require POSIX; $SIG{TTOU} = "IGNORE"; POSIX::tcsetpgrp(0, $ARGV[0])' -- "$1" 3>&- 4>&-
}

# Its state, and the CPU time it has had: once continued, a read from the terminal stops it again at once.
look_at_child() {
  mw_cpu=''
  if { read -r mw_stat <"/proc/$mw_child/stat" && read -r mw_cpu <"/proc/$mw_child/schedstat"; } 2>/dev/null; then
    mw_stat=${mw_stat##*) }
    mw_state=${mw_stat%% *}
    case $mw_state in Z* | X*) mw_state=gone ;; esac
  elif [ -d /proc/self ]; then
    mw_state=gone
  else
    mw_state=$(ps -o state= -p "$mw_child")
  fi
}

# Only SIGSTOP asks for a pause; who types Ctrl-Z in a pane has no shell there to continue from.
# No shell is told when a child continues, so this looks.
await_continue() {
  # (dash knows no jobs in a command substitution.)
  mw_child=''
  { read -r mw_child </proc/$$/task/$$/children; } 2>/dev/null
  mw_child=${mw_child%% *}
  mw_child=${mw_child:-$(jobs -p)}
  mw_state='' mw_looks=0
  # First of all: who continues it within the millisecond that the next line takes would not be noticed.
  look_at_child
  mw_cpu_before=$mw_cpu
  [ "$(kill -l "$mw_status")" = STOP ] || return 0
  while :; do
    case $mw_state in T*) ;; *) break ;; esac
    [ "$mw_cpu" = "$mw_cpu_before" ] || break
    if [ "$mw_looks" -lt 10 ]; then sleep 0.3; else sleep 1; fi
    mw_looks=$((mw_looks + 1))
    look_at_child
  done
}

go_on_if_stopped() {
  kill -0 %% 2>/dev/null || return 0
  if [ "$mw_mode" = pane ]; then
    await_continue
  else
    # To the calling shell this is one job: it gets its terminal back, and continues us. From here on a signal
    # to us is forwarded late, since `fg` is the only sure way back into the foreground.
    set +m
    kill -s STOP $$
    set -m
  fi
  if [ "$mw_mode" = pane ] && [ -n "${BASH_VERSION-}" ] && [ "$mw_state" = gone ]; then
    # bash refuses to fg, and has forgotten, a job that ended while it was stopped: only KILL does that.
    mw_status=137
    return
  fi
  # Not 2>/dev/null: standard error is bash's way to the terminal. Status unset, since bash may not come back here.
  mw_status=''
  fg %% >/dev/null
  mw_status=$?
  outlast_stops
}

forward() {
  mw_signal=$1
  # A signal during `wait` makes bash forget what to do with INT.
  trap 'forward INT' INT
  [ -n "$mw_child" ] || return 0
  if kill -0 "$mw_child" 2>/dev/null; then
    kill -s "$1" -- "-$mw_child" 2>/dev/null || kill -s "$1" "$mw_child" 2>/dev/null
  else
    mw_gone=1
  fi
}

# A signal makes `wait` return early with a status of its own. Asking again gives the child's, unless the first
# answer was the child's already and the shell has forgotten it since, which it says with 127.
await_child() {
  wait "$mw_child"
  mw_status=$?
  while [ -n "$mw_signal" ]; do
    mw_signal=''
    wait "$mw_child" 2>/dev/null
    mw_again=$?
    if [ "$mw_again" != 127 ] || [ -z "$mw_gone" ]; then mw_status=$mw_again; fi
  done
}

# Without job control a background child ignores INT and QUIT, which no shell can undo: hence perl, and the
# program's start is reported by a second shell that has it behind it.
start_apart() {
  set -- sh "$0" --launch "$mw_name" "$mw_type" "$mw_generation" "$@"
  if command -v perl >/dev/null; then
    PERL_BADLANG=0 exec perl -e "setpgrp; $mw_default_signals" -- "$@"
  fi
  if command -v setsid >/dev/null; then exec setsid "$@"; fi
  exec "$@"
}

run_in_background() {
  mw_child='' mw_signal='' mw_gone=''
  trap 'forward TERM' TERM
  trap 'forward INT' INT
  trap 'forward HUP' HUP
  if [ "$mw_mode" = shell ]; then
    set -m
    launch "$@" &
  else
    # A background command would lose standard input, and <&0 comes too late to keep it.
    exec 5<&0
    start_apart ${mw_given:+--} "$@" <&5 5<&- &
    exec 5<&-
  fi
  mw_child=$!
  if [ -n "$mw_signal" ]; then forward "$mw_signal"; fi
  await_child
  if [ "$mw_mode" = shell ]; then
    outlast_stops
    set +m
  fi
  trap - TERM INT HUP
}

mw_default_signals='$SIG{$_} = "DEFAULT" for qw(INT QUIT TTIN TTOU); delete $ENV{PERL_BADLANG};
  exec {$ARGV[0]} @ARGV; exit 126'

if [ -n "${mw_by_hand-}" ]; then
  # What the usual start does in its own way.
  launch() {
    mw_apart=''
    if [ -z "$mw_given" ]; then . "$mw_run/args"; fi
    if [ -z "$mw_apart" ]; then become "$@"; fi
    launch_apart "$@"
  }

  find_self() {
    look_at_self
    if [ "$mw_mode" = shell ]; then give_terminal "${mw_group:-$mw_pid}"; fi
  }

  run_once() {
    if [ "$mw_mode" = none ] || { [ "$mw_mode" = shell ] && command -v perl >/dev/null; }; then
      run_in_background "$@"
      return
    fi
    set -m
    if [ -n "${BASH_VERSION-}" ]; then
      # bash has no words on a job's end, and needs its terminal here.
      ( launch "$@" )
    else
      { :; ( launch "$@" 2>&5 5>&- ); } 5>&2 2>/dev/null
    fi
    mw_status=$?
    outlast_stops
  }

  # tmux starts panes with TTIN and TTOU ignored. `set -m` of other shells undoes that, bash has no means to.
  if [ -n "${BASH_VERSION-}" ]; then
    run_program() {
      if [ "$mw_mode" = pane ] && command -v perl >/dev/null; then
        PERL_BADLANG=0 exec perl -e "$mw_default_signals" -- "$@" 3>&- 4>&-
      fi
      exec "$@" 3>&- 4>&-
    }
  fi

  # Reads the command line into the variables of agent-wrapper.sh; what is left of it is the command.
  case ${1-} in
    -h | --help)
      printf '%s\n' "$usage"
      exit 0
      ;;
    --launch)
      mw_launch=1
      shift
      ;;
  esac
  mw_name=${1-} mw_type=${2-}
  is_name "$mw_name" || refuse "\"$mw_name\" is no name for an agent" \
    'letters, digits, - and _, beginning with a letter or digit, at most 63: agent-wrapper.sh NAME TYPE [-- COMMAND]'
  is_name "$mw_type" || refuse "\"$mw_type\" is no type of agent" \
    "a word such as worker, claude-code or monitor: agent-wrapper.sh $mw_name worker [-- COMMAND]"
  shift 2
  mw_generation=0
  if [ $# -gt 0 ] && [ "$1" != -- ]; then
    is_number "$1" || refuse "\"$1\" is no generation" 'a number, or put -- before a command'
    mw_generation=$1 mw_supervised=1
    shift
  fi
  if [ $# -gt 0 ]; then
    [ "$1" = -- ] || refuse "\"$1\" is one argument too many" 'put -- before a command'
    shift
    [ $# -gt 0 ] || refuse 'there is no command after --' "for example: agent-wrapper.sh $mw_name $mw_type -- sleep 60"
    mw_given=1
  fi
  find_home
  if [ -z "$mw_given" ] && { [ ! -r "$MUXWARD_HOME/run/$mw_name/args" ] || [ ! -r "$MUXWARD_HOME/run/$mw_name/env" ]; }; then
    refuse "nothing is recorded for $mw_name in $MUXWARD_HOME/run/$mw_name" \
      "give a command (agent-wrapper.sh $mw_name $mw_type -- COMMAND), or let muxward start it: muxward spawn $mw_name -- COMMAND"
  fi
  if [ -n "$mw_given" ]; then
    enter_folder() { :; }
  fi
  find_mode
fi
