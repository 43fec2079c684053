#!/usr/bin/env bash
# Makes trees of a Debian in .cache/deploy, once: `debian`, the smallest, on which an image is built,
# and `boot`, which has systemd and Mesa's drivers. Prints the tree's path. Needs root.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../../.cache/deploy"

case ${1:?usage: debian.sh debian|boot} in
    debian)
        if [[ ! -e debian ]]; then
            rm -rf debian.partial
            debootstrap --variant=minbase bookworm debian.partial ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >debian.log
            mv debian.partial debian
        fi
        ;;
    boot)
        if [[ ! -e boot ]]; then
            "$PWD/../../tests/deploy/debian.sh" debian >/dev/null
            rm -rf boot.partial
            cp -a debian boot.partial
            cp /etc/resolv.conf boot.partial/etc/resolv.conf
            chroot boot.partial sh -ec '
                export DEBIAN_FRONTEND=noninteractive
                apt-get update -q
                apt-get install -y -q --no-install-recommends ca-certificates dbus libegl1 libgles2 \
                    libstdc++6 libvulkan1 mesa-vulkan-drivers systemd systemd-sysv
                apt-get clean' >boot.log 2>&1
            mv boot.partial boot
        fi
        ;;
esac
echo "$PWD/$1"
