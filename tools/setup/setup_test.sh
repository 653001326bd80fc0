#!/usr/bin/env bash
# Tests of the set-up's promises: nothing half-done is left, nothing is made twice, what is missing is
# named. Needs no network. Exit 1: one of them does not hold.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
XDG_CACHE_HOME="$(mktemp -d)"
export XDG_CACHE_HOME
trap 'rm -rf "$XDG_CACHE_HOME"' EXIT
for part in lib debian private_apt onnxruntime python; do . "tools/setup/$part.sh"; done
deps="$XDG_CACHE_HOME/deps"
mkdir -p "$cache"
failed=0

# check WHAT CONDITION... : says which promise was broken
check() {
    local what="$1"
    shift
    if "$@"; then echo "ok: $what"; else echo "FAILED: $what" && failed=1; fi
}

maker() {
    echo made >>"$cache/log"
    touch "$1/file"
}
broken_maker() {
    touch "$(temporary_in "$1")/half"
    false
    touch "$1/file"
}

(keep "$cache/a" maker && keep "$cache/a" maker)
check "a thing is made once" [ "$(wc -l <"$cache/log")" = 1 ]

rm "$cache/a/.complete"
(keep "$cache/a" maker)
check "what was killed half-way is made again" [ "$(wc -l <"$cache/log")" = 2 ]

(set -e; keep "$cache/b" broken_maker)
check "a maker's failure is passed on" [ $? -ne 0 ]
check "a failed maker leaves nothing" [ ! -e "$cache/b" ]

(keep "$cache/c" maker) & (keep "$cache/c" maker) & wait
check "two runs at once make it once" [ "$(wc -l <"$cache/log")" = 3 ]

link_dep one/two "$cache/a" && link_dep one/two "$cache/c"
check "links follow the recipe" [ "$(readlink "$deps/one/two")" = "$cache/c" ]

check "packages come by section" [ "$(_packages_of lint | tr '\n' ' ')" = \
    "clang-format-19 clang-tidy-19 clang-tools-19 " ]
check "packages that dpkg does not know are missing" [ "$(set -e; _missing_of dpkg no-such-package)" = \
    no-such-package ]
check "every package says why it is needed" [ -z \
    "$(grep -E '^[a-z0-9]' tools/setup/debian-packages.txt | grep -v '# ')" ]

before="$(mirror="$(_mirror)" && echo "$mirror")"
check "the mirror comes from the system's apt" grep -q '^[a-z+]*:' <<<"$before"

check "lock files pin hashes" [ -z "$(grep -L -- '--hash=sha256:' requirements/*.txt)" ]
check "lock files name no host" [ -z "$(grep -lE '://|--(extra-)?index-url|--find-links' \
    requirements/*.txt)" ]

echo "broken" >"$cache/lock.txt"
fetch() { PIP_INDEX_URL=http://127.0.0.1:9/ PIP_RETRIES=0 fetch_wheel "$cache/lock.txt" "$1"; }
said="$( (keep "$cache/d" fetch) 2>&1)"
check "a failed download says which" grep -q "could not download.*lock.txt" <<<"$said"
check "a failed download leaves nothing" [ ! -e "$cache/d" ]

exit $failed
