#!/bin/sh
# What is tried inside the virtual machine, as an ordinary user and as root. Runs at each boot, as root, and goes on where
# the boot before it ended. Tells test-vm.sh on standard output: `pass WHAT`, `fail WHAT` with lines `  WHY` below,
# `wait SECONDS WHAT` before all that takes long, `done`.

root=/opt/muxward
muxward=$root/bin/muxward
stage=/var/lib/muxward-test
back='early lasting polite held'
away='single stopped hungry'

# as USER COMMAND: as after a login of theirs.
as() {
  su --login "$1" --command "$2"
}

# try WHAT COMMAND…
try() {
  what=$1
  shift
  if why=$("$@" 2>&1); then
    echo "pass $what"
  else
    echo "fail $what"
    printf '%s\n' "$why" | tail -n 60 | sed 's/^/  /'
  fi
}

# within SECONDS COMMAND…: until the command says yes.
within() {
  deadline=$(($(date +%s) + $1))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.5
  done
}

# program_of USER AGENT: a process of it, found by its mark, without a word of muxward's.
program_of() {
  for environ in $(grep -lzxs "MUXWARD_AGENT=$2" /proc/[0-9]*/environ); do
    [ "$(stat -c %U "$environ")" = "$1" ] || continue
    environ=${environ#/proc/}
    echo "${environ%/environ}"
    return
  done
  return 1
}

all_run() {
  for agent in $2; do
    program_of "$1" "$agent" >/dev/null || { echo "$agent does not run"; return 1; }
  done
}

none_runs() {
  for agent in $2; do
    ! program_of "$1" "$agent" || { echo "$agent runs"; return 1; }
  done
}

# says USER WORDS COMMAND: the command's output has the words in it.
says() {
  said=$(as "$1" "$3" 2>&1)
  case $said in *"$2"*) ;; *) printf 'not there: %s\n%s\n' "$2" "$said"; return 1 ;; esac
}

# Agents as muxward tells them, one `name state restarts` a line.
agents_of() {
  as "$1" "$muxward status --json" | "$root/.node/bin/node" -e '
    for (const { name, state, restarts } of JSON.parse(require("fs").readFileSync(0, "utf8")).agents) console.log(name, state, restarts);'
}

agents_are() {
  is=$(agents_of "$1")
  [ "$is" = "$2" ] || { printf 'expected:\n%s\nis:\n%s\n' "$2" "$is"; as "$1" "$muxward events --limit 50"; return 1; }
}

limit_is_set() {
  group=$(sed -n 's/^0:://p' "/proc/$(program_of "$1" held)/cgroup")
  [ "$(cat "/sys/fs/cgroup$group/memory.max")" = 67108864 ] || { echo "held is in $group"; as "$1" "$muxward resources"; return 1; }
}

kernel_limits() {
  report=$(as "$1" "cd $root && NO_COLOR=1 sh scripts/ensure-node.sh vitest run --project integration kernel-limits" 2>&1) || { echo "$report"; return 1; }
  printf '%s\n' "$report" | grep -qE 'Tests +[0-9]+ passed \([0-9]+\)$' || { echo "$report"; return 1; }
}

is_cgroup2() {
  [ "$(cat /proc/1/comm)" = systemd ] && [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]
}

before_reboot() {
  user=$1
  loginctl enable-linger "$user"
  within 60 test -S "/run/user/$(id -u "$user")/bus"
  echo "wait 900 $user: the tests of limits by the kernel"
  try "$user: limits by the kernel hold, none of their tests is skipped" kernel_limits "$user"
  echo "wait 300 $user: the service, and what runs by it"
  # In the session of a login.
  try "$user: an agent starts before there is a service" as "$user" "$muxward spawn early -- sh -c 'while sleep 1; do :; done'"
  try "$user: daemon install" as "$user" "$muxward daemon install"
  try "$user: its unit is active and enabled" as "$user" 'systemctl --user is-active muxwardd && systemctl --user is-enabled muxwardd'
  try "$user: agents start" as "$user" "$muxward up -f $root/test/vm/muxward.yaml && $muxward stop stopped"
  try "$user: resources says that the kernel enforces limits" says "$user" 'by the kernel' "$muxward resources"
  try "$user: doctor says so too" says "$user" 'limits are enforced by the kernel' "$muxward doctor"
  as "$user" "$muxward spawn hungry --memory 100MB --on-limit memory=stop -- tail /dev/zero; $muxward wait hungry --timeout 2m" >/dev/null 2>&1
  try "$user: an end by the kernel at a memory limit is told as such" says "$user" 'killed by the kernel at its memory limit of 100M' "$muxward inspect hungry"
  try "$user: what must run runs, before the reboot" all_run "$user" "$back single"
}

# after_boot USER RESTARTS HOW
after_boot() {
  user=$1
  echo "wait 300 $user: what ran comes back after $3"
  within 180 all_run "$user" "$back" >/dev/null
  try "$user: after $3, what ran runs again by itself" all_run "$user" "$back"
  sleep 5
  try "$user: after $3, what was stopped, had failed, or is not to be restarted stays so" none_runs "$user" "$away"
  try "$user: after $3, muxward tells it so, and counts one restart" agents_are "$user" "early ready $2
lasting ready $2
polite ready $2
held ready $2
single terminated 0
stopped terminated 0
hungry failed 0"
  try "$user: after $3, the kernel holds it to its limit again" limit_is_set "$user"
}

at_the_end() {
  user=$1
  echo "wait 120 $user: uninstall"
  try "$user: daemon uninstall leaves agents alone" as "$user" "$muxward daemon uninstall"
  try "$user: they still run" all_run "$user" "$back"
  try "$user: daemon stop --agents" as "$user" "$muxward daemon stop --agents"
  try "$user: none runs any more" none_runs "$user" "$back $away"
}

mkdir -p "$stage"
if [ ! -e "$stage/rebooted" ]; then
  chown -R dev: "$root"
  try 'the machine has systemd and cgroup v2' is_cgroup2
  for user in dev root; do before_reboot "$user"; done
  touch "$stage/rebooted"
  echo 'wait 180 the reboot'
  exec systemctl reboot
elif [ ! -e "$stage/lost-power" ]; then
  for user in dev root; do after_boot "$user" 1 'a reboot'; done
  touch "$stage/lost-power"
  sync
  echo 'wait 180 the start after a loss of power'
  exec systemctl reboot --force --force 2>/dev/null
else
  for user in dev root; do after_boot "$user" 2 'a loss of power'; done
  for user in dev root; do at_the_end "$user"; done
  echo 'wait 120 the end of the machine'
  echo 'done'
  exec systemctl poweroff
fi
