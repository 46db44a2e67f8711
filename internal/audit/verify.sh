#!/usr/bin/env bash
# Checks an unpacked evidence bundle with bash (4 or later), openssl (3 or
# later) and coreutils, offline:
#
#     bash verify.sh [KEYFILE [FOLDER]]
#
# KEYFILE holds the log's public key as you got it by another way; without it
# the key inside the bundle is used, which shows damage but not a forger who
# made a bundle with a key of his own. Take this script, too, from where you
# trust it and name the FOLDER. Ends with 0 when everything holds, else with 1 and a sentence.
set -u
LC_ALL=C
export LC_ALL
shopt -s nullglob dotglob

bad() { printf 'NOT VALID: %s\n' "$1" >&2; exit 1; }

for tool in openssl sha256sum base64 od tr cut mktemp rm cat dirname; do
  command -v "$tool" >/dev/null || bad "the program $tool is missing on this machine"
done

keyfile=
if [ -n "${1-}" ]; then
  [ -r "$1" ] || bad "the key file $1 cannot be read"
  keyfile=$(cat "$1")
fi
cd -- "${2:-$(dirname -- "${BASH_SOURCE[0]}")}" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# ---- small tools: hashes are handled in hex -------------------------------
escape() { # hex -> \x.. for printf, in $escaped
  local i
  escaped=
  for ((i = 0; i < ${#1}; i += 2)); do escaped+="\\x${1:i:2}"; done
}
unbase() { printf '%s' "$1" | base64 -d 2>/dev/null | od -An -v -tx1 | tr -d ' \n'; }
sum() { sha256sum | cut -c1-64; }
leaf() { { printf '\0'; printf '%s' "$1"; } | sum; }
node() { escape "01$1$2"; printf '%b' "$escaped" | sum; }

# ---- the manifest: every file, and no other --------------------------------
[ -f manifest.json ] || bad "manifest.json is missing"
declare -A listed
names=() index=() leaves=()
origin= stream=
while IFS= read -r line; do
  if [[ $line =~ ^\{\"name\":\"([A-Za-z0-9./-]+)\",\"sha256\":\"([0-9a-f]{64})\",\"size\":[0-9]+\},?$ ]]; then
    name=${BASH_REMATCH[1]} want=${BASH_REMATCH[2]}
    [ -z "${listed[$name]-}" ] || bad "the manifest lists $name twice"
    case $name in
      entries.jsonl | openings.jsonl | checkpoint | log.vkey | record.html | verify.sh | README.txt) ;;
      *) [[ $name =~ ^proofs/[0-9]+\.tlog-proof$ || $name =~ ^consistency-from-[0-9]+\.txt$ ]] || bad "the manifest lists a file that a bundle does not have: $name" ;;
    esac
    [ -f "$name" ] || bad "$name is missing"
    [ "$(sum <"$name")" = "$want" ] || bad "$name is not the file that the manifest lists: it was altered"
    listed[$name]=1
    names+=("$name")
  elif [[ $line =~ ^\{\"index\":([0-9]+),\"leaf\":\"([0-9a-f]{64})\",\"seq\":([0-9]+)\},?$ ]]; then
    [ "${BASH_REMATCH[3]}" -eq $((${#index[@]} + 1)) ] || bad "manifest.json: entry ${BASH_REMATCH[3]} is out of order"
    index+=("${BASH_REMATCH[1]}")
    leaves+=("${BASH_REMATCH[2]}")
  elif [[ $line =~ ^\"origin\":\ \"([^\"]+)\",$ ]]; then origin=${BASH_REMATCH[1]}
  elif [[ $line =~ ^\"stream\":\ \"([^\"]+)\",$ ]]; then stream=${BASH_REMATCH[1]}
  else
    case $line in
      '{' | '}' | '],' | ']' | '"entries": [' | '"files": [' | '"format": "migdalor-evidence/1",' | '"texts": '*) ;;
      *) bad "manifest.json has a line that is not understood" ;;
    esac
  fi
done <manifest.json
for f in * proofs/*; do
  [ "$f" = proofs ] || [ "$f" = manifest.json ] || [ -n "${listed[$f]-}" ] || bad "$f is not in the manifest: it was added"
done
for name in entries.jsonl openings.jsonl checkpoint log.vkey record.html verify.sh README.txt; do
  [ -n "${listed[$name]-}" ] || bad "$name is missing"
done

# ---- the signed checkpoint -------------------------------------------------
# note FILE: checks the signature, sets $n_origin $n_size $n_root (hex)
note() {
  local lines=() text sigline keyhash sig key rest name id material found=
  mapfile -t lines <"$1"
  [ "${#lines[@]}" -ge 5 ] && [ -z "${lines[3]}" ] || bad "$1 is not a signed checkpoint"
  n_origin=${lines[0]} n_size=${lines[1]}
  [[ $n_size =~ ^(0|[1-9][0-9]{0,17})$ ]] || bad "$1 does not name a size"
  n_root=$(unbase "${lines[2]}")
  [ ${#n_root} -eq 64 ] || bad "$1 does not name a root"
  printf '%s\n%s\n%s\n' "${lines[0]}" "${lines[1]}" "${lines[2]}" >"$tmp/text"
  while IFS= read -r key; do
    [[ $key == *+*+* ]] || continue
    name=${key%%+*} rest=${key#*+}
    id=${rest%%+*} material=$(unbase "${rest#*+}")
    [[ $name == "$n_origin" && $material =~ ^01[0-9a-f]{64}$ ]] || continue
    escape "$material"
    [ "$({ printf '%s\n' "$name"; printf '%b' "$escaped"; } | sum | cut -c1-8)" = "$id" ] || bad "the key $id does not match its own id"
    escape "302a300506032b6570032100${material:2}"
    { printf -- '-----BEGIN PUBLIC KEY-----\n'; printf '%b' "$escaped" | base64; printf -- '-----END PUBLIC KEY-----\n'; } >"$tmp/pem"
    for sigline in "${lines[@]:4}"; do
      [[ $sigline == $'\xe2\x80\x94 '"$name "* ]] || continue
      sig=$(unbase "${sigline##* }")
      [ "${sig:0:8}" = "$id" ] && [ ${#sig} -eq 136 ] || continue
      escape "${sig:8}"
      printf '%b' "$escaped" >"$tmp/sig"
      openssl pkeyutl -verify -rawin -pubin -inkey "$tmp/pem" -sigfile "$tmp/sig" -in "$tmp/text" >/dev/null 2>&1 ||
        bad "the signature on $1 is wrong"
      found=$id
    done
  done <<<"$keys"
  [ -n "$found" ] || bad "no known key has signed $1"
  n_key=$found
}

keys=$(cat log.vkey)
from="inside the bundle: compare it with one you got another way"
if [ -n "$keyfile" ]; then
  keys=$keyfile
  from="you gave"
fi
note checkpoint
size=$n_size root=$n_root key_id=$n_key
[ "$n_origin" = "$origin" ] || bad "the checkpoint belongs to another log than the manifest says"

# ---- entries: numbers, chain, proofs ----------------------------------------
# path INDEX SIZE LEAF FILE: walks the proof up to the root, in $walked
path() {
  local fn=$1 sn=$(($2 - 1)) r=$3 lines=() line p started=
  mapfile -t lines <"$4"
  [ "${lines[0]}" = c2sp.org/tlog-proof@v1 ] && [ "${lines[1]}" = "index $1" ] || bad "$4 is not the proof for index $1"
  for line in "${lines[@]:2}"; do
    [ -n "$line" ] || { started=1; break; }
    p=$(unbase "$line")
    [ ${#p} -eq 64 ] && [ "$sn" -gt 0 ] || bad "$4 holds a path that does not fit the tree"
    if [ $((fn & 1)) -eq 1 ] || [ "$fn" -eq "$sn" ]; then
      r=$(node "$p" "$r")
      while [ $((fn & 1)) -eq 0 ] && [ "$fn" -ne 0 ]; do fn=$((fn >> 1)) sn=$((sn >> 1)); done
    else
      r=$(node "$r" "$p")
    fi
    fn=$((fn >> 1)) sn=$((sn >> 1))
  done
  [ -n "$started" ] && [ "$sn" -eq 0 ] || bad "$4 holds a path that does not fit the tree"
  walked=$r
}

bodies=()
prev=0000000000000000000000000000000000000000000000000000000000000000
n=0
checkpoint_text=$(cat checkpoint; printf x)
while IFS= read -r body || [ -n "$body" ]; do
  n=$((n + 1))
  at="entries.jsonl line $n"
  [ $n -le ${#index[@]} ] || bad "$at: the manifest does not know this entry"
  for token in '"action":' ',"actor":' ',"at":' ',"changes":' ',"log":' ',"object":' ',"outcome":' ',"prev":' ',"seq":' ',"stream":' ',"v":'; do
    rest=${body#*"$token"}
    [ "$rest" = "$body" ] || [[ $rest != *"$token"* ]] || bad "$at: a key stands twice"
  done
  [[ $body =~ ,\"seq\":([0-9]+),\"stream\":\"([^\"\\]+)\",\"v\":1\}$ ]] || bad "$at: this is not an entry"
  [ "${BASH_REMATCH[1]}" = "$n" ] || bad "$at: entry ${BASH_REMATCH[1]} stands where entry $n is expected: entries are missing or out of order"
  [ "${BASH_REMATCH[2]}" = "$stream" ] || bad "$at: the entry belongs to another stream"
  [[ $body =~ ,\"log\":\"([^\"\\]+)\", ]] && [ "${BASH_REMATCH[1]}" = "${origin##*/}" ] || bad "$at: the entry belongs to another log"
  [[ $body == *",\"prev\":\"$prev\","* ]] || bad "$at: entry $n does not follow from the one before"
  before=$prev
  prev=$(leaf "$body")
  [ "$prev" = "${leaves[n - 1]}" ] || bad "$at: entry $n was altered: its hash is not the one in the manifest"
  proof=proofs/${index[n - 1]}.tlog-proof
  [ -n "${listed[$proof]-}" ] || bad "$proof is missing"
  carried=$(cat "$proof"; printf x)
  [ "${carried#*$'\n\n'}" = "$checkpoint_text" ] || bad "$proof leads to another checkpoint"
  path "${index[n - 1]}" "$size" "$prev" "$proof"
  [ "$walked" = "$root" ] || bad "$at: entry $n is not in the signed log at index ${index[n - 1]}"
  bodies+=("$body")
done <entries.jsonl
[ $n -eq ${#index[@]} ] && [ $n -gt 0 ] || bad "entries.jsonl holds $n entries, the manifest lists ${#index[@]}: entries are missing"
count=0
for name in "${names[@]}"; do [[ $name == proofs/* ]] && count=$((count + 1)); done
[ $count -eq $n ] || bad "there are $count proofs for $n entries"
last=${bodies[n - 1]}
[[ $last == '{"action":"export.created",'* ]] || bad "the last entry is not the export itself: entries are missing at the end"
[[ $last == *"{\"after\":$((n - 1)),\"field\":\"entries\"}"* && $last == *"{\"after\":\"$before\",\"field\":\"head\"}"* ]] ||
  bad "the export's own count and head do not agree with its place in the chain"

# ---- openings: the values are the ones committed to -------------------------
o=0 quote='"' escaped_quote='\"'
while IFS= read -r line || [ -n "$line" ]; do
  o=$((o + 1))
  at="openings.jsonl line $o"
  if [[ $line =~ ^\{\"erased\":[0-9]+,\"field\":\"([a-z0-9_.]+)\",\"seq\":([0-9]+)\}$ ]]; then continue; fi
  [[ $line =~ ^\{\"c\":\"([0-9a-f]{64})\",\"field\":\"([a-z0-9_.]+)\",\"k\":\"([0-9a-f]{64})\",\"seq\":([0-9]+),\"value\":\"(.*)\"\}$ ]] || bad "$at is not an opening"
  c=${BASH_REMATCH[1]} field=${BASH_REMATCH[2]} k=${BASH_REMATCH[3]} seq=${BASH_REMATCH[4]} value=${BASH_REMATCH[5]}
  [ "$seq" -ge 1 ] && [ "$seq" -le $n ] && [[ ${bodies[seq - 1]} == *"_c\":\"$c\""* ]] || bad "$at: entry $seq has made no such commitment"
  value=${value//"$escaped_quote"/$quote} # printf knows all other JSON escapes
  got=$({ printf '%s\0' "$field"; printf '%b' "$value"; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$k" -r) || bad "$at: openssl failed"
  [ "${got%% *}" = "$c" ] || bad "$at: the value for $field of entry $seq is not the one that was committed to"
done <openings.jsonl

# ---- consistency: the log only grew since the export before ------------------
# RFC 9162, 2.1.4.2
grew() {
  local lines=() i old_size old_root fn sn fr sr p nodes=()
  mapfile -t lines <"$1"
  [ "${lines[0]}" = migdalor/tlog-consistency@v1 ] || bad "$1 is not a consistency proof"
  for ((i = 2; i < ${#lines[@]}; i++)); do
    [ -n "${lines[i]}" ] || break
    nodes+=("$(unbase "${lines[i]}")")
  done
  printf '%s\n' "${lines[@]:i+1}" >"$tmp/old"
  note "$tmp/old"
  old_size=$n_size old_root=$n_root
  [ "$n_origin" = "$origin" ] && [ "${lines[1]}" = "old $old_size" ] && [ "$old_size" -gt 0 ] && [ "$old_size" -le "$size" ] || bad "$1 does not fit its checkpoint"
  if [ "$old_size" -eq "$size" ]; then
    [ "$old_root" = "$root" ] && [ ${#nodes[@]} -eq 0 ] || bad "$1: the log was rewritten since the export before"
    return
  fi
  [ $((old_size & (old_size - 1))) -ne 0 ] || nodes=("$old_root" ${nodes[@]+"${nodes[@]}"})
  [ ${#nodes[@]} -gt 0 ] || bad "$1 holds no path"
  fn=$((old_size - 1)) sn=$((size - 1))
  while [ $((fn & 1)) -eq 1 ]; do fn=$((fn >> 1)) sn=$((sn >> 1)); done
  fr=${nodes[0]} sr=${nodes[0]}
  for p in "${nodes[@]:1}"; do
    [ ${#p} -eq 64 ] && [ $sn -gt 0 ] || bad "$1 holds a path that does not fit the trees"
    if [ $((fn & 1)) -eq 1 ] || [ $fn -eq $sn ]; then
      fr=$(node "$p" "$fr") sr=$(node "$p" "$sr")
      while [ $((fn & 1)) -eq 0 ] && [ $fn -ne 0 ]; do fn=$((fn >> 1)) sn=$((sn >> 1)); done
    else
      sr=$(node "$sr" "$p")
    fi
    fn=$((fn >> 1)) sn=$((sn >> 1))
  done
  [ $sn -eq 0 ] && [ "$fr" = "$old_root" ] && [ "$sr" = "$root" ] || bad "$1: the log was rewritten since the export before"
}
for f in consistency-from-*.txt; do grew "$f"; done

printf 'VALID: %d entries of %s, complete to the export itself\n' "$n" "$stream"
printf 'head   %s\nlog    %s, %s entries, root %s\nkey    %s (%s)\n' "$prev" "$origin" "$size" "$root" "$key_id" "$from"
printf 'opened %d values. record.html is checked for damage only; "migdalor verify" makes it again.\n' "$o"
