#!/usr/bin/env bash
# Prints the path of a Chromium or Chrome that starts, or fails. CHROMIUM overrides the search.
set -euo pipefail

candidates=(chromium google-chrome-stable google-chrome chromium-browser)
if [[ -n ${CHROMIUM:-} ]]; then candidates=("$CHROMIUM"); fi

for candidate in "${candidates[@]}"; do
    path=$(command -v "$candidate") || continue
    # Ubuntu's stub without its snap is a command too, but one that fails.
    if "$path" --version >/dev/null 2>&1; then
        echo "$path"
        exit 0
    fi
done
echo "no Chromium or Chrome that starts: looked for ${candidates[*]}" >&2
exit 1
