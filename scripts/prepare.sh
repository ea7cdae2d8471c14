# Sourced by test.sh and quickstart.sh, in the project's folder: everything that a clone lacks before muxward can be
# built here. Puts the Node to use first on PATH. Each step does nothing where there is nothing to do.

MUXWARD_NODE=$(sh scripts/ensure-node.sh)
PATH=${MUXWARD_NODE%/*}:$PWD/node_modules/.bin:$PATH
export MUXWARD_NODE PATH

# node_modules/.installed is the lockfile it was installed from: checking out a branch touches dates, not contents.
prepare_dependencies() {
  cmp -s package-lock.json node_modules/.installed && return
  if [ -f node_modules/.package-lock.json ] && ! [ package-lock.json -nt node_modules/.package-lock.json ]; then return; fi
  echo 'installing dependencies (npm ci)'
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed
}

tmux_is_new_enough() {
  version=$(tmux -V 2>/dev/null) || return 1
  version=${version#tmux }
  version=${version#next-}
  case $version in
    [0-2].* | 3.[01] | 3.[01][a-z]*) return 1 ;;
    *) return 0 ;;
  esac
}

prepare_tmux() {
  tmux_is_new_enough && return
  as_root=
  [ "$(id -u)" = 0 ] || as_root='sudo -n'
  if command -v apt-get >/dev/null && { [ -z "$as_root" ] || $as_root true 2>/dev/null; }; then
    echo 'installing tmux (apt-get)'
    $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends tmux >/dev/null || true
  fi
  tmux_is_new_enough && return
  printf '✘ muxward needs tmux 3.2 or newer; here is: %s\nhint: %s\n' "$(tmux -V 2>/dev/null || echo none)" \
    'apt-get install tmux, dnf install tmux, or brew install tmux' >&2
  return 1
}

prepare_tmux
prepare_dependencies
