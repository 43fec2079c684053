#!/usr/bin/env bash
# Makes a release in dist/: an archive of what `make install` installs, what it is made of (CycloneDX)
# and SHA256SUMS. The same source, toolchain and time give the same bytes, wherever the checkout is.
#
#   SOURCE_DATE_EPOCH   the time that files have; that of the last commit unless set
#   DIST_BINARY         a binary that was built before, in place of building one
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export LC_ALL=C TZ=UTC
umask 022

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name=mjcast-$version-$(uname -m)-linux
out=${DIST_OUT:-dist}

# Paths of this machine would be in messages and debug information: in a folder of its own, for
# everything is compiled anew by other flags.
build() {
    local cargo_home=${CARGO_HOME:-$HOME/.cargo} map
    map="$PWD=/src $cargo_home=/cargo $(rustc --print sysroot)=/rust"
    local rust="" c=""
    for each in $map; do
        rust+=" --remap-path-prefix=$each"
        c+=" -ffile-prefix-map=$each"
    done
    RUSTFLAGS="$rust" CFLAGS="$c" CXXFLAGS="$c" MJCAST_RELEASE=1 CARGO_INCREMENTAL=0 \
        CARGO_TARGET_DIR=target/dist cargo build --release --locked >&2
    echo target/dist/release/mjcast
}

binary=${DIST_BINARY:-$(build)}
mkdir -p "$out"
stage=$(mktemp -d "$out/stage.XXXXXX")
trap 'rm -rf "$stage"' EXIT

DESTDIR=$stage/$name PREFIX=/usr scripts/install.sh "$binary"
scripts/sbom.py >"$out/$name.cdx.json"
cp "$out/$name.cdx.json" "$stage/$name/usr/share/doc/mjcast/mjcast.cdx.json"

tar -C "$stage" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
    --mode=u=rwX,go=rX --format=ustar -cf - "$name" | gzip -9n >"$out/$name.tar.gz"
(cd "$out" && sha256sum "$name.tar.gz" "$name.cdx.json" >SHA256SUMS)
cat "$out/SHA256SUMS"
