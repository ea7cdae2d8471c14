#!/bin/sh
# From a fresh clone to a muxward that runs: fetches what is missing, builds, and does the main job for real in a home
# of its own, which is gone afterwards. Ends with 0 only if everything that it tells was seen to be so.
set -eu
cd "$(dirname -- "$0")/.."

case ${1-} in
  '') ;;
  -h | --help)
    echo 'usage: npm run quickstart

Installs what is missing, builds, starts three workers (and Claude Code, where claude
is on the PATH) in a temporary home, kills one, shows that it comes back, cleans up.'
    exit 0
    ;;
  *)
    printf '✘ quickstart takes no argument, and "%s" is one\nhint: npm run quickstart\n' "$1" >&2
    exit 2
    ;;
esac

if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then bold=$(printf '\033[1m') green=$(printf '\033[32m') plain=$(printf '\033[0m'); else bold='' green='' plain=''; fi

step() {
  printf '\n%s▶ %s%s\n' "$bold" "$1" "$plain"
}

done_with() {
  printf '%s✔%s %s\n' "$green" "$plain" "$1"
}

fail() {
  printf '\n✘ %s\n' "$1" >&2
  if [ -n "$home" ]; then
    "$muxward" status >&2 || true
    if [ -s "$home/home/daemon.log" ]; then
      echo 'the last lines of the daemon:' >&2
      tail -n 15 "$home/home/daemon.log" >&2
    fi
  fi
  echo 'hint: muxward doctor checks this machine; bin/muxward doctor runs it from here' >&2
  exit 1
}

# Shows a command as one would type it, and runs it.
run() {
  printf '%s$ muxward %s%s\n' "$bold" "$1" "$plain"
  shift
  "$muxward" "$@" || fail "muxward $1 failed"
}

# One value of one agent, as in the documents of `status --json`: pid, restarts, state, health.status …
value_of() {
  "$muxward" status "$1" --json | node -e '
    const [agent] = JSON.parse(require("fs").readFileSync(0, "utf8")).agents;
    console.log(process.argv[1].split(".").reduce((value, key) => value?.[key], agent) ?? "");' "$2"
}

# within SECONDS WHAT COMMAND…: until the command says yes.
within() {
  rounds=$(($1 * 5)) what=$2
  shift 2
  until "$@"; do
    rounds=$((rounds - 1))
    [ "$rounds" -gt 0 ] || fail "$what: not seen in time"
    sleep 0.2
  done
}

answers() {
  node -e 'require("http").get(process.argv[1], (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on("error", () => process.exit(1))' "$1"
}

has_come_back() {
  new=$(value_of web pid)
  [ -n "$new" ] && [ "$new" != "$1" ] && [ "$(value_of web restarts)" = 1 ]
}

has_restarted() {
  [ "$(value_of "$1" restarts)" -ge 1 ]
}

# No process of the home is left. Where there is no /proc, the word of `daemon stop --agents` counts.
is_clean() {
  for environ in /proc/[0-9]*/environ; do
    if tr '\0' '\n' <"$environ" | grep -qxF "MUXWARD_HOME=$MUXWARD_HOME"; then
      process=${environ#/proc/}
      # Our own helpers bear the mark as well.
      [ "$(cut -d' ' -f4 "/proc/${process%/environ}/stat")" = $$ ] || return 1
    fi
  done 2>/dev/null
}

end_everything() {
  "$muxward" daemon stop --agents
}

home=''
clean_up() {
  status=$?
  trap '' INT TERM HUP
  if [ -n "$home" ]; then
    end_everything >/dev/null 2>&1 || true
    rm -rf "$home"
  fi
  exit "$status"
}

step 'Preparing'
. scripts/prepare.sh
node scripts/build.mjs
muxward=$PWD/bin/muxward
done_with "built: $("$muxward" --version)"

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
home=$(mktemp -d "${TMPDIR:-/tmp}/muxward-quickstart.XXXXXX")
home=$(cd "$home" && pwd -P)
MUXWARD_HOME=$home/home
export MUXWARD_HOME
unset MUXWARD_AGENT MUXWARD_GENERATION
mkdir "$home/work"
cd "$home/work"

step 'Three workers: one serves, one crashes now and then, one finishes'
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
url=http://127.0.0.1:$port/
cat >web.cjs <<'JS'
require('http').createServer((_, reply) => reply.end('hello from muxward\n')).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('serving'));
JS
run "spawn web --health-url $url -- node web.cjs $port" spawn web --health-url "$url" --health-interval 500ms -- node web.cjs "$port"
run "spawn crawler --max-restarts 50 -- sh -c 'echo crawling; sleep 2; exit 1'" \
  spawn crawler --max-restarts 50 -- sh -c 'echo crawling; sleep 2; echo "lost the connection"; exit 1'
run "spawn report -- sh -c 'for n in 1 2 3; do echo page \$n; sleep 0.3; done'" \
  spawn report -- sh -c 'for n in 1 2 3; do echo "page $n"; sleep 0.3; done'
if command -v claude >/dev/null; then
  run 'spawn coder --type claude-code' spawn coder --type claude-code
else
  echo '(claude is not on the PATH: no Claude Code agent this time)'
fi

"$muxward" wait web --for healthy --timeout 30s >/dev/null || fail 'web did not become healthy'
answers "$url" || fail "nobody answers at $url"
done_with "web answers at $url"
"$muxward" wait report --timeout 30s >/dev/null || fail 'report did not finish with exit 0'
done_with 'report has finished'
within 30 'the restart of crawler' has_restarted crawler
done_with 'crawler crashed and was brought back'

step 'What they do'
run status status

step 'Killing web'
old=$(value_of web pid)
printf '%s$ kill -KILL %s%s\n' "$bold" "$old" "$plain"
kill -KILL "$old"
within 15 'the return of web' has_come_back "$old"
"$muxward" wait web --for healthy --timeout 30s >/dev/null || fail 'web did not become healthy again'
answers "$url" || fail "nobody answers at $url after the restart"
done_with "web is back: pid $old → $new, restarts 1, healthy"
run status status
run 'logs report' logs report

step 'Cleaning up'
"$muxward" stop --all >/dev/null || fail 'not all agents could be stopped'
end_everything >/dev/null || fail 'the daemon or its tmux did not stop'
within 10 'a clean machine' is_clean
rm -rf "$home"
home=''
done_with 'nothing is left of it'

cat <<TEXT

muxward works here. Yours to try, from this folder (or from anywhere after npm link):

  bin/muxward spawn hello -- sh -c 'while date; do sleep 1; done'
  bin/muxward attach hello        sit down at its terminal; Ctrl-b d leaves it running
  bin/muxward status --watch
  bin/muxward rm --force hello
TEXT
