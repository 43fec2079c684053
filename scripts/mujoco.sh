#!/usr/bin/env bash
# Puts libmujoco into .cache/mujoco/lib, once, out of the wheel that MuJoCo's makers publish.
#
# The wheel is pinned by version and hash and is the same whatever Python runs here: only the C
# library and its plugins are taken out of it. MUJOCO_DIR names a MuJoCo release tree (with lib/)
# to use in its place.
#
# Exit codes: 0 libmujoco is there, 3 it cannot be had (the message says why).
set -euo pipefail

version=3.17.0
library=libmujoco.so.$version

cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=.cache/mujoco

main() {
    if [[ -n ${MUJOCO_DIR:-} ]]; then
        check_override
    elif [[ ! -e $target/lib/libmujoco.so || ! -e $target/lib/$library ]]; then
        install_from_wheel
    fi
}

check_override() {
    if [[ ! -e $MUJOCO_DIR/lib/libmujoco.so ]]; then
        fail "MUJOCO_DIR is $MUJOCO_DIR, but there is no lib/libmujoco.so in it." \
            "Point it at the unpacked MuJoCo $version release, or unset it."
    fi
    if [[ ! -e $MUJOCO_DIR/lib/$library ]]; then
        fail "MUJOCO_DIR is $MUJOCO_DIR, but its lib/ has no $library: mjcast needs that version."
    fi
}

install_from_wheel() {
    local platform
    case $(uname -m) in
        x86_64) platform=manylinux_2_28_x86_64 ;;
        aarch64 | arm64) platform=manylinux_2_28_aarch64 ;;
        *) fail "There is no libmujoco wheel for $(uname -m)." \
            "Build MuJoCo $version yourself and set MUJOCO_DIR to its installed tree." ;;
    esac
    if ! python3 -m pip --version >/dev/null 2>&1; then
        fail "python3 with pip is needed to fetch libmujoco (Debian: apt install python3-pip)." \
            "Or unpack a MuJoCo $version release and set MUJOCO_DIR to it."
    fi
    mkdir -p .cache
    temporary=$(mktemp -d .cache/mujoco.XXXXXX)
    trap 'rm -rf "$temporary"' EXIT
    echo "Fetching libmujoco $version ($platform)"
    download "$platform"
    unpack
    publish
}

download() {
    cat >"$temporary/requirements.txt" <<REQUIREMENTS
mujoco==$version \\
    --hash=sha256:d66928d86a2d1b601bbaa4dc11db50214d17d5301bb8afd84721313b67ff0874 \\
    --hash=sha256:91a70ed9979c383ff1f5c03f25cc2e1280a8254c1a8e558d5dd7f4184f01efc9
REQUIREMENTS
    PIP_REQUIRE_VIRTUALENV=0 PIP_DISABLE_PIP_VERSION_CHECK=1 \
        python3 -m pip download --quiet --no-deps --only-binary=:all: \
        --python-version 3.11 --implementation cp --abi cp311 --platform "$1" \
        --require-hashes -r "$temporary/requirements.txt" --dest "$temporary/wheel" \
        || fail "pip could not fetch the wheel mujoco==$version (see above)."
}

unpack() {
    mkdir "$temporary/tree"
    python3 - "$temporary"/wheel/*.whl "$temporary/tree" <<'PYTHON'
import pathlib, re, sys, zipfile

wheel, tree = sys.argv[1], pathlib.Path(sys.argv[2])
(tree / "lib").mkdir()
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        base = name.rsplit("/", 1)[-1]
        if re.fullmatch(r"mujoco/(libmujoco\.so\.[\d.]+|plugin/lib\w+\.so)", name):
            (tree / "lib" / base).write_bytes(archive.read(name))
        elif re.fullmatch(r"mujoco-[\d.]+\.dist-info/licenses/LICENSE\w*(\.md)?", name):
            (tree / base).write_bytes(archive.read(name))
PYTHON
    [[ -e $temporary/tree/lib/$library ]] || fail "The wheel holds no $library."
    ln -s "$library" "$temporary/tree/lib/libmujoco.so"
    chmod 755 "$temporary/tree/lib"/*.so*
}

# One rename puts the finished tree in its place, so no other build ever sees half of it.
publish() {
    if [[ -e $target || -L $target ]]; then mv -T "$target" "$temporary/stale"; fi
    mv -T "$temporary/tree" "$target" || [[ -e $target/lib/$library ]]
}

fail() {
    printf '%s\n' "$@" >&2
    exit 3
}

main
