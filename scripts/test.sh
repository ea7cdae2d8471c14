#!/bin/sh
# What `npm test` runs: prepares the clone, builds, checks types and style, runs the unit and integration tests.
# Arguments go to vitest: `npm test -- restart-policy`. With MUXWARD_STEP_LOG=FILE each step's outcome is noted there.
set -eu
cd "$(dirname -- "$0")/.."

failed=''

# The later steps run even when one failed, so that a run tells all there is to mend.
step() {
  name=$1
  shift
  outcome=passed
  printf '\n▶ %s\n' "$name"
  "$@" || outcome=failed
  [ $outcome = passed ] || failed="$failed $name"
  [ -z "${MUXWARD_STEP_LOG-}" ] || printf '%s %s\n' $outcome "$name" >>"$MUXWARD_STEP_LOG"
}

. scripts/prepare.sh
command -v busybox >/dev/null || echo 'note: without busybox, the scripts are not tried in its shell'

step build node scripts/build.mjs
[ -z "$failed" ] || exit 1
step types tsc --noEmit
step lint oxlint src test scripts

printf '\n▶ tests\n'
# They wait more than they work: three at once on two cores.
vitest run --project unit --project integration --maxWorkers=3 "$@" || failed="$failed tests"

[ -z "$failed" ] || {
  printf '✘ failed:%s\n' "$failed" >&2
  exit 1
}
