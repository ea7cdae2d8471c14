#!/bin/sh
# image.sh IMAGE: makes the disk of a small Debian with systemd, on which test-vm.sh tries muxward. As root.
# What is tried, and how, is not in it: that comes with the checkout, so that the image is made once.
set -eu

SUITE=bookworm
PACKAGES=systemd-sysv,dbus,dbus-user-session,libpam-systemd,tmux,procps,git,ca-certificates,libatomic1

image=$1
tree=$image.tree
trap 'rm -rf "$tree" "$image.part"' EXIT
trap 'exit 130' INT TERM HUP

# From where this machine has its own packages, if it is a Debian.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' "Codename: $SUITE" 2>/dev/null | head -n 1)
case $mirror in http://* | https://*) ;; *) mirror=http://deb.debian.org/debian ;; esac
eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
export http_proxy="${http_proxy-}" https_proxy="${https_proxy-}"

mkdir "$tree"
debootstrap --variant=minbase --include="$PACKAGES" "$SUITE" "$tree" "$mirror" >"$image.log" 2>&1 || {
  tail -n 20 "$image.log" >&2
  exit 1
}
chmod 755 "$tree"
rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
chroot "$tree" useradd --create-home --shell /bin/bash dev
echo muxward-vm >"$tree/etc/hostname"
echo '/dev/ubda / ext4 defaults 0 1' >"$tree/etc/fstab"
cat >"$tree/etc/systemd/system/muxward-test.service" <<'UNIT'
[Unit]
Description=what is tried of muxward

[Service]
ExecStart=/bin/sh -c '[ -d /opt/muxward ] || { mkdir /opt/muxward && tar -xf /dev/ubdb -C /opt/muxward; }; exec sh /opt/muxward/test/vm/guest.sh'
StandardOutput=tty
StandardError=inherit
TTYPath=/dev/ttyS0

[Install]
WantedBy=multi-user.target
UNIT
chroot "$tree" systemctl --quiet enable muxward-test.service
chroot "$tree" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer console-getty.service getty@tty1.service serial-getty@ttyS0.service

mke2fs -q -t ext4 -d "$tree" "$image.part" 2G
mv "$image.part" "$image"
rm -f "$image.log"
