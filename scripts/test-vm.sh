#!/bin/sh
# What `npm run test:vm` runs: boots a Debian with systemd and cgroup v2 as a process of ours (user-mode Linux: no
# hardware support is needed), and tries there what depends on them: limits by the kernel, and the service, through a
# reboot and a loss of power. What is tried is in test/vm/guest.sh. The last line is the sum: `N passed, N failed`.
set -eu
cd "$(dirname -- "$0")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/muxward-test
image=$cache/vm-$(cksum <test/vm/image.sh | cut -d' ' -f1).img
passed=0 failed=0 work='' vm=''

fail() {
  printf '✘ %s\nhint: %s\n' "$1" "$2" >&2
  exit 1
}

as_root=
[ "$(id -u)" = 0 ] || as_root='sudo -n'
may_be_root() {
  [ -z "$as_root" ] || $as_root true 2>/dev/null
}

# need PACKAGE PROGRAM: notes the package where the program is missing.
need() {
  command -v "$2" >/dev/null || missing="${missing-} $1"
}

prepare() {
  [ "$(uname -sm)" = 'Linux x86_64' ] || fail "user-mode Linux runs on Linux on x86_64, and this is $(uname -sm)" 'run it there'
  PATH=$PATH:/usr/sbin:/sbin
  need user-mode-linux linux.uml
  [ -f "$image" ] || need debootstrap debootstrap
  [ -f "$image" ] || need e2fsprogs mke2fs
  if [ -n "${missing-}" ] && command -v apt-get >/dev/null && may_be_root; then
    echo "installing$missing (apt-get)"
    $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
  elif [ -n "${missing-}" ]; then
    fail "this needs Debian's packages$missing" "apt-get install$missing, as root"
  fi
  [ -f "$image" ] && return
  may_be_root || fail 'only root may make the root file system of a Debian (once)' 'run it once as root, or allow sudo'
  echo 'making the image of a Debian (debootstrap), once'
  mkdir -p "$cache"
  rm -f "$cache"/vm-*.img
  $as_root sh test/vm/image.sh "$image"
}

# The checkout as the machine's second disk, without what is not run there, and with the Node in use.
pack() {
  tar -cf "$work/checkout.tar" --exclude=./.git --exclude=./.node --exclude=./node_modules/@biomejs \
    --exclude=./node_modules/@oxlint --exclude='./node_modules/@oxlint-tsgolint' --exclude=./node_modules/typescript .
  tar -rf "$work/checkout.tar" --transform='s,^,.node/bin/,' -C "$(dirname -- "$MUXWARD_NODE")" node
}

boot() {
  TMPDIR=${TMPDIR:-/dev/shm} setsid linux.uml umid=vm uml_dir="$work" mem=2G root=/dev/ubda rw quiet \
    ubd0="$work/disk,$image" ubd1r="$work/checkout.tar" \
    con=null con0=null,fd:1 ssl=null ssl0=null,fd:3 </dev/null >"$work/console" 2>&1 3>"$work/report" &
  vm=$!
}

clean_up() {
  status=$?
  trap '' INT TERM HUP
  while [ -n "$vm" ] && kill -KILL "-$vm" 2>/dev/null; do sleep 0.1; done
  [ -z "$work" ] || rm -rf "$work"
  exit "$status"
}

# One line of the report.
hear() {
  case $1 in
    'pass '*) passed=$((passed + 1)) && echo "✔ ${1#* }" ;;
    'fail '*) failed=$((failed + 1)) && echo "✘ ${1#* }" ;;
    'wait '*)
      waits=${1#* }
      deadline=$(($(date +%s) + ${waits%% *})) waits=${waits#* }
      ;;
    'done') is_done=1 ;;
    *) echo "$1" ;;
  esac
}

# Tells what the machine reports until it has ended, or is late with what it waits for.
follow() {
  heard=0 is_done='' runs=1
  hear 'wait 180 the boot'
  while [ -n "$runs" ] && [ "$(date +%s)" -lt "$deadline" ]; do
    sleep 1
    kill -0 "$vm" 2>/dev/null || runs=''
    lines=$(wc -l <"$work/report")
    [ "$lines" -gt "$heard" ] || continue
    while IFS= read -r line; do hear "$line"; done <<REPORT
$(sed -n "$((heard + 1)),${lines}p" "$work/report" | tr -d '\r')
REPORT
    heard=$lines
  done
  [ -z "$is_done" ] || [ -n "$runs" ] || return 0
  failed=$((failed + 1))
  echo "✘ the machine $([ -n "$runs" ] && echo 'is late with' || echo 'ended during'): $waits"
  echo '  the last lines of its console:'
  tail -n 25 "$work/console" | tr -d '\r' | sed 's/^/  /'
}

case ${1-} in
  '') ;;
  *) fail "test:vm takes no argument, and \"$1\" is one" 'npm run test:vm' ;;
esac
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
prepare
work=$(mktemp -d "${TMPDIR:-/tmp}/muxward-vm.XXXXXX")
pack
boot
follow
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
