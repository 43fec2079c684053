#!/usr/bin/env bash
# Makes what compose.yaml wants and is missing: tokens and passwords in secrets/, 256 random bits
# each, and .env. Containers read the files as users of their own, so what keeps them private is the
# folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

install -d -m 700 secrets
for name in admin_token control_token view_token grafana_password; do
    if [[ ! -e secrets/$name ]]; then
        random >"secrets/$name"
        chmod 644 "secrets/$name"
        echo "made secrets/$name"
    fi
done
if [[ ! -e .env ]]; then
    (umask 077 && { cat .env.example; echo "TURN_SECRET=$(random)"; } >.env)
    echo "made .env: say there what this host is"
fi
