#!/usr/bin/env bash
# Installs, with apt, the system packages that mjcast needs and that are missing; does nothing when
# all are there.
#
#   scripts/system-deps.sh           what building and serving need
#   scripts/system-deps.sh --tests   also a browser, Python and more for the tests
#   scripts/system-deps.sh --deploy  also servers that the tests of deploy/ start by themselves
#   scripts/system-deps.sh --image   also what builds a container's image
#   scripts/system-deps.sh --list    only prints what is missing
#
# Exit codes: 0 everything is there, 3 something is missing and cannot be installed from here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin # of daemons
missing=() # "package|what it is for"
want_tests=false
want_deploy=false
want_image=false
list_only=false

main() {
    for argument in "$@"; do
        case $argument in
            --tests) want_tests=true ;;
            --deploy) want_deploy=true ;;
            --image) want_image=true ;;
            --list) list_only=true ;;
            *) echo "usage: ${0##*/} [--tests] [--deploy] [--image] [--list]" >&2; exit 2 ;;
        esac
    done
    find_missing
    if [[ ${#missing[@]} -eq 0 ]]; then return; fi
    if $list_only; then print_missing; return; fi
    if ! command -v apt-get >/dev/null; then
        refuse "There is no apt-get here, so please install these by your system's own means:"
    fi
    install_missing
    missing=()
    find_missing
    if [[ ${#missing[@]} -gt 0 ]]; then refuse "Still missing after the installation:"; fi
}

find_missing() {
    need_command c++ g++ "C++ compiler, for the H.264 encoder"
    need_command nasm nasm "assembler: without it the H.264 encoder is 2.5 times slower"
    need_library libvulkan.so.1 libvulkan1 "Vulkan loader"
    need_file '/usr/share/vulkan/icd.d/lvp_icd*.json' mesa-vulkan-drivers \
        "Mesa's Vulkan drivers, the software one included"
    need_library libEGL.so.1 libegl1 "EGL, for machines with OpenGL ES but no Vulkan"
    need_library libGLESv2.so.2 libgles2 "OpenGL ES loader"
    need_library_or_file swrast_dri.so '/usr/lib/*/dri/swrast_dri.so' libgl1-mesa-dri \
        "Mesa's OpenGL drivers"
    # Not the command alone: Debian keeps what `venv` needs apart.
    if $want_tests && ! python3 -c 'import ensurepip' >/dev/null 2>&1; then
        missing+=("python3-venv|Python, for MuJoCo's own renderer that pictures are compared with")
    fi
    if $want_tests && ! "$here/chromium.sh" >/dev/null 2>&1; then
        missing+=("chromium|browser for the tests (or set CHROMIUM to the path of one)")
    fi
    if $want_tests; then
        need_command redis-server redis-server "Redis, for the tests of fleets"
        # Ubuntu's archive has only a stub of Firefox, and WebKit's driver under another name: the
        # tests say so and go on.
        if has_package firefox-esr && ! command -v firefox >/dev/null; then
            need_command firefox-esr firefox-esr "Firefox, for the tests of the page in it"
        fi
        if has_package webkit2gtk-driver; then
            need_command WebKitWebDriver webkit2gtk-driver "WebKit, for the tests of the page in it"
            need_command Xvfb xvfb "a screen for WebKit, which has no mode without one"
            need_file '/usr/lib/*/gstreamer-1.0/libgstlibav.so' gstreamer1.0-libav \
                "what WebKit decodes H.264 with"
        fi
        need_file /usr/include/va/va_enc_h264.h libva-dev \
            "libva's headers, which the structs of crates/vaapi are compared with"
        need_file /usr/include/ffnvcodec/nvEncodeAPI.h libffmpeg-nvenc-dev \
            "NVENC's headers, which the structs of crates/nvenc-sys are compared with"
        need_command ip iproute2 "ip, for networks that lose and block packets between daemon and browser"
        need_command ffmpeg ffmpeg "FFmpeg, which reads what encoders write, and codes HEVC and AV1 in tests"
    fi
    if $want_deploy; then
        need_command nginx nginx-light "nginx, before three daemons"
        need_command turnserver coturn "a TURN server, which relays a stream"
        need_command promtool prometheus "promtool, which checks Prometheus' configuration"
        need_command systemd-analyze systemd "systemd-analyze, which judges the unit"
    fi
    if $want_deploy || $want_image; then
        need_command debootstrap debootstrap "a Debian to boot, and to build an image on"
    fi
    if $want_deploy; then
        need_command systemd-nspawn systemd-container "systemd as process 1, in a namespace"
    fi
    if $want_image; then
        need_command buildah buildah "builds the image without a registry"
    fi
}

has_package() {
    local candidate
    candidate=$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p')
    [[ -n $candidate && $candidate != "(none)" ]]
}

need_command() { command -v "$1" >/dev/null || missing+=("$2|$3"); }

need_library() {
    # The listing is read to its end: `grep -q` would close the pipe early and fail `pipefail`.
    if [[ -z $(loader_cache | grep -F "$1 ") ]]; then missing+=("$2|$3"); fi
}

need_file() { compgen -G "$1" >/dev/null || missing+=("$2|$3"); }

# Newer Mesa has one gallium library in the place of a driver file per device.
need_library_or_file() {
    compgen -G "$2" >/dev/null || compgen -G '/usr/lib/*/libgallium-*.so' >/dev/null \
        || missing+=("$3|$4")
}

loader_cache() { PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true; }

install_missing() {
    local packages=() entry
    for entry in "${missing[@]}"; do packages+=("${entry%%|*}"); done
    echo "Installing with apt: ${packages[*]}"
    as_root apt-get update -q
    if $want_deploy; then keep_services_down "${packages[@]}"; fi
    if browser_is_no_package; then
        packages=("${packages[@]/#chromium/}")
        install_chrome
    fi
    # shellcheck disable=SC2068 # an emptied entry must vanish
    set -- ${packages[@]}
    if [[ $# -gt 0 ]]; then apt_install "$@"; fi
}

# The tests start servers of their own; those of the packages shall neither start now nor later.
keep_services_down() {
    local unit
    for unit in nginx coturn prometheus; do
        if [[ " $* " == *" $unit"* && ! -e /etc/systemd/system/$unit.service ]]; then
            as_root mkdir -p /etc/systemd/system
            as_root ln -s /dev/null "/etc/systemd/system/$unit.service"
            echo "$unit.service is masked: \`systemctl unmask $unit\` lets it serve on this machine."
        fi
    done
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# Ubuntu's archive has only a stub for Chromium that installs a snap, which neither containers nor
# a test's private profile get on with.
browser_is_no_package() {
    local candidate
    [[ " ${missing[*]}" == *" chromium|"* ]] || return 1
    candidate=$(apt-cache policy chromium 2>/dev/null | sed -n 's/^ *Candidate: //p')
    [[ -z $candidate || $candidate == "(none)" || $candidate == *snap* ]]
}

# Google's own package, which exists for x86-64 only.
install_chrome() {
    if [[ $(dpkg --print-architecture) != amd64 ]]; then
        refuse "This system's archive has no Chromium package; install a browser and set CHROMIUM:"
    fi
    local folder
    folder=$(mktemp -d)
    # shellcheck disable=SC2064 # the folder of now is meant
    trap "rm -rf '$folder'" EXIT
    chmod 755 "$folder"
    python3 - "$folder/chrome.deb" <<'PYTHON'
import sys, urllib.request
url = "https://dl.google.com/linux/direct/google-chrome-stable_current_amd64.deb"
urllib.request.urlretrieve(url, sys.argv[1])
PYTHON
    chmod 644 "$folder/chrome.deb"
    apt_install "$folder/chrome.deb"
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        refuse "Neither root nor sudo here, so please let an administrator install these:"
    fi
}

print_missing() {
    local entry
    for entry in "${missing[@]}"; do printf '  %-22s %s\n' "${entry%%|*}" "${entry#*|}"; done
}

refuse() {
    echo "$1" >&2
    print_missing >&2
    echo "(The names are Debian's; other systems have the same things under similar ones.)" >&2
    exit 3
}

main "$@"
