#!/usr/bin/env bash
# Draws the pictures of the presets that the page shows, into web/src/assets/presets/, with the
# daemon's own renderer: scripts/thumbnails.sh [ID ...], all of them unless some are named.
#
# MJCAST_BIN names the binary (target/release/mjcast). FFmpeg makes JPEG of them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary=${MJCAST_BIN:-target/release/mjcast}
# The daemon takes variables of this beginning for its configuration.
unset MJCAST_BIN
out=web/src/assets/presets
most_bytes=15000
# Twice what a card shows, for dense screens.
size=480:300

# id, steps before the picture, camera
scenes() {
    cat <<'SCENES'
pendulum 150 free
double-pendulum 420 free
cart-pole 120 free
newtons-cradle 1 free
gyroscope 300 free
humanoid 1 distance=3.6
quadruped 200 free
robot-arm 200 distance=1.9
car 300 free
wrecking-ball 150 free
dominoes 350 free
marbles 600 free
cloth 250 distance=2.3
jelly 200 free
SCENES
}

mkdir -p "$out"
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
scenes | while read -r id steps camera; do
    if (($#)) && [[ " $* " != *" $id "* ]]; then continue; fi
    # Drawn twice as large: fine lines stay.
    "$binary" render "src/library/presets/${id//-/_}.xml" --size 960x600 --steps "$steps" \
        --camera "$camera" --samples 4 --out "$temporary/$id.png" 2>/dev/null </dev/null
    for quality in 3 4 5 6 8 10 13; do
        ffmpeg -v error -y -i "$temporary/$id.png" -vf scale=$size:flags=area -q:v "$quality" \
            "$out/$id.jpg" </dev/null
        (($(stat -c %s "$out/$id.jpg") > most_bytes)) || break
    done
    echo "$out/$id.jpg: $(stat -c %s "$out/$id.jpg") bytes, quality $quality"
done
