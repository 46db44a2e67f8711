#!/usr/bin/env bash
# Installs the packages of one folder when its lock file is newer than what is there.
set -euo pipefail
cd "$1"
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  printf '\033[1m==>\033[0m installing the packages of %s\n' "$1"
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi
