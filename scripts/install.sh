#!/usr/bin/env bash
# Puts a built mjcast where a system keeps such things: the binary without its debug information,
# libmujoco, units, an example of the configuration, manual and completions.
#
#   DESTDIR=dist/tree PREFIX=/usr scripts/install.sh target/release/mjcast
#
# Nothing is started or enabled, and /etc is left alone: systemd-tmpfiles copies the example there,
# unless there is a configuration (docs/operations.md).
set -euo pipefail

binary=$(realpath "${1:?usage: install.sh BINARY}")
prefix=${PREFIX:-/usr}
to=${DESTDIR:-}$prefix
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mujoco=${MUJOCO_DIR:-.cache/mujoco}
library=$(ldd "$binary" | sed -n 's/^\s*\(libmujoco\.so\.[0-9.]*\) .*/\1/p')

place() { install -D -m "${3:-644}" "$1" "$2"; }
# What the binary says of itself.
say() { install -d "$(dirname "$2")"; run $1 >"$2"; chmod 644 "$2"; }
run() { LD_LIBRARY_PATH=$mujoco/lib "$binary" "$@"; }
with_prefix() { sed "s#/usr/\(bin\|share\)/#$prefix/\1/#" "$1"; }

place "$binary" "$to/bin/mjcast" 755
strip --strip-debug "$to/bin/mjcast"
place "$mujoco/lib/$library" "$to/lib/mjcast/$library" 755

place systemd/mjcast.socket "$to/lib/systemd/system/mjcast.socket"
place <(with_prefix systemd/mjcast.service) "$to/lib/systemd/system/mjcast.service"
place systemd/mjcast.service.d/nvidia.conf "$to/lib/systemd/system/mjcast.service.d/nvidia.conf"
place systemd/mjcast.sysusers "$to/lib/sysusers.d/mjcast.conf"
place <(with_prefix systemd/mjcast.tmpfiles) "$to/lib/tmpfiles.d/mjcast.conf"
place systemd/mjcast.toml "$to/share/mjcast/mjcast.toml"

say "completions bash" "$to/share/bash-completion/completions/mjcast"
say "completions zsh" "$to/share/zsh/site-functions/_mjcast"
say "completions fish" "$to/share/fish/vendor_completions.d/mjcast.fish"
if run man >/dev/null 2>&1; then
    say man "$to/share/man/man1/mjcast.1"
fi
for page in README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE docs/operations.md docs/configuration.md \
    docs/metrics.md; do
    if [[ -e $page ]]; then place "$page" "$to/share/doc/mjcast/$(basename "$page")"; fi
done
for licence in "$mujoco"/LICENSE*; do
    place "$licence" "$to/share/doc/mjcast/mujoco/$(basename "$licence")"
done
