#!/bin/sh
# From a fresh clone to a muxward that runs: fetches what is missing, builds, and says what to type first.
set -eu
cd "$(dirname -- "$0")/.."

. scripts/prepare.sh
node scripts/build.mjs
bin/muxward --version >/dev/null

cat <<'TEXT'

muxward is ready. Try:

  bin/muxward spawn hello -- sh -c 'while date; do sleep 1; done'
  bin/muxward status
  bin/muxward attach hello       (Ctrl-b d leaves it running)
  bin/muxward rm --force hello

To call it from anywhere: npm link
TEXT
