#!/usr/bin/env bash
# Checks what the build, and with "test" also what the tests, need. What is
# missing is installed where Debian's packages can be (as root), and named in a
# sentence where they cannot.
set -euo pipefail

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf 'migdalor: %s\n' "$*" >&2; exit 1; }

at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" = "$1" ]; }

command -v go >/dev/null || fail "Go 1.26.8 or newer is needed to build: install it from https://go.dev/dl and try again."
go_version=$(go env GOVERSION | sed 's/^go//')
at_least 1.26.8 "$go_version" || fail "Go $go_version is too old: 1.26.8 or newer is needed."

command -v node >/dev/null || fail "Node.js 20.19 or newer is needed to build the console: install it and try again."
node_version=$(node --version | sed 's/^v//')
at_least 20.19.0 "$node_version" || fail "Node.js $node_version is too old: 20.19 or newer is needed."
command -v npm >/dev/null || fail "npm is needed to build the console: it comes with Node.js."

[ "${1:-}" = test ] || exit 0

packages=()
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || packages+=(postgresql)
command -v chromium >/dev/null || packages+=(chromium fonts-noto-core fonts-noto-color-emoji)
command -v openssl >/dev/null || packages+=(openssl)
[ ${#packages[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "installing ${packages[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
else
  fail "the tests need these Debian packages: ${packages[*]}. Install them (sudo apt-get install ${packages[*]}) and try again."
fi
