#!/bin/sh
# Gets tmux onto this machine, and if you like some of muxward's comfort into your own tmux.
# It never touches a tmux server that runs; muxward itself needs none of the settings written here.
set -eu

usage='usage: setup-tmux.sh [--install | --uninstall | --print] [--dry-run]

Without an option: installs tmux where it is missing and may be installed, and
checks that it is new enough (3.2).

  --install     also put comfort settings (mouse, quick Escape, Alt-n and Alt-p
                between sessions) into your tmux configuration, as one marked
                block; the file as it was is kept beside it
  --uninstall   take that block out again
  --print       print the block, change nothing
  --dry-run     say what would be done

examples:
  scripts/setup-tmux.sh
  scripts/setup-tmux.sh --install'

BEGIN='# >>> muxward comfort >>>'
END='# <<< muxward comfort <<<'

fail() {
  printf '✘ %s\nhint: %s\n' "$2" "$3" >&2
  exit "$1"
}

say() {
  printf '%s\n' "$1"
}

block() {
  cat <<TEXT
$BEGIN
# Put here by muxward's setup-tmux.sh --install; --uninstall takes it out. tmux reads it when it next starts.
set -g mouse on
set -s escape-time 10
set -g focus-events on
set -g set-clipboard external
set -g history-limit 20000
bind -n M-n switch-client -n
bind -n M-p switch-client -p
$END
TEXT
}

# Where tmux looks: ~/.tmux.conf, else the XDG file if there is one, else a new ~/.tmux.conf.
find_configuration() {
  xdg=${XDG_CONFIG_HOME:-$HOME/.config}/tmux/tmux.conf
  file=$HOME/.tmux.conf
  if [ ! -e "$file" ] && [ -e "$xdg" ]; then file=$xdg; fi
}

has_block() {
  [ -f "$file" ] && grep -qxF "$BEGIN" "$file"
}

without_block() {
  awk -v begin="$BEGIN" -v end="$END" '
    $0 == begin { inside = 1 }
    !inside { print }
    $0 == end { inside = 0 }' "$file"
}

# Through the link, so that a configuration kept elsewhere stays a link; in place, so that mode and owner stay.
replace_with() {
  cp -p "$file" "$file.before-muxward"
  cat "$1" >"$file"
}

check_block() {
  if ! grep -qxF "$END" "$file"; then
    fail 1 "the block in $file has no end ($END)" 'put that line back, or remove the block by hand'
  fi
}

change_configuration() {
  find_configuration
  new=$(mktemp "${TMPDIR:-/tmp}/muxward-tmux.XXXXXX")
  trap 'rm -f "$new"' EXIT
  if has_block; then
    check_block
    without_block >"$new"
  elif [ -f "$file" ]; then
    cat "$file" >"$new"
  fi
  if [ "$action" = install ]; then
    # A last line without its end would run into ours.
    if [ -s "$new" ] && [ -n "$(tail -c 1 "$new")" ]; then echo >>"$new"; fi
    block >>"$new"
  elif ! has_block; then
    say "nothing to undo: $file has no block of muxward"
    return
  fi
  if [ -f "$file" ] && cmp -s "$new" "$file"; then
    say "unchanged: $file has the settings already"
    return
  fi
  if [ -n "$dry_run" ]; then
    say "would change $file to:"
    cat "$new"
    return
  fi
  if [ -f "$file" ]; then
    replace_with "$new"
    say "✔ changed $file (as it was: $file.before-muxward)"
  else
    cat "$new" >"$file"
    say "✔ wrote $file"
  fi
  say "  a tmux that runs now takes it with: tmux source-file $file"
}

# "3.3a" of "tmux 3.3a", "next-3.5" counts as 3.5.
tmux_version() {
  version=$(tmux -V 2>/dev/null) || version=''
  version=${version#tmux }
  version=${version#next-}
}

is_new_enough() {
  case $version in
    '' | [0-2].* | 3.[01] | 3.[01][!0-9]*) return 1 ;;
  esac
}

# Sets $manager to what installs packages here, and $install to the command.
find_manager() {
  for manager in apt-get dnf pacman apk brew zypper; do
    if command -v "$manager" >/dev/null; then
      case $manager in
        apt-get) install='apt-get install -y --no-install-recommends tmux' ;;
        dnf) install='dnf install -y tmux' ;;
        pacman) install='pacman -S --noconfirm --needed tmux' ;;
        apk) install='apk add tmux' ;;
        brew) install='brew install tmux' ;;
        zypper) install='zypper --non-interactive install tmux' ;;
      esac
      return 0
    fi
  done
  return 1
}

install_tmux() {
  find_manager || fail 1 "$1" 'install tmux 3.2 or newer with your package manager: https://github.com/tmux/tmux/wiki/Installing'
  as=''
  if [ "$manager" != brew ] && [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null ||
      fail 1 "$1, and it may not be installed by you without a password" "run: sudo $install"
    as='sudo -n'
  fi
  if [ -n "$dry_run" ]; then
    say "would run: ${as:+$as }$install"
    exit 0
  fi
  say "installing tmux: ${as:+$as }$install"
  if [ "$manager" = apt-get ]; then $as apt-get update -qq || true; fi
  # Its words, not one program's name.
  $as $install >&2 || fail 1 "$manager could not install tmux" "see what it said above, then try: ${as:+sudo }$install"
  tmux_version
  is_new_enough || fail 1 "$manager installed tmux ${version:-(nothing)}, and muxward needs 3.2 or newer" \
    'take a newer release of your system, or build tmux: https://github.com/tmux/tmux/wiki/Installing'
}

action='' dry_run=''
for argument; do
  case $argument in
    -h | --help)
      say "$usage"
      exit 0
      ;;
    --install | --uninstall | --print)
      [ -z "$action" ] || fail 2 "$argument and --$action exclude each other" 'give one of them'
      action=${argument#--}
      ;;
    --dry-run) dry_run=1 ;;
    *) fail 2 "\"$argument\" is no option" 'valid are --install, --uninstall, --print, --dry-run and --help' ;;
  esac
done

case $action in
  print)
    block
    exit 0
    ;;
  uninstall)
    change_configuration
    exit 0
    ;;
esac
tmux_version
if [ -z "$version" ]; then
  install_tmux 'there is no tmux here'
elif ! is_new_enough; then
  install_tmux "tmux $version is too old: muxward needs 3.2 or newer"
fi
say "✔ tmux $version"
if [ "$action" = install ]; then change_configuration; fi
