# Shared by the set-up scripts: where things are kept, how they speak, how a kept thing is made.
# Sourced, never run. The caller has `set -euo pipefail` and stands in the repository's root.
#
#   $cache/files/SHA256/NAME   what was downloaded, by checksum
#   $cache/trees/NAME-KEY/     what was unpacked from it; KEY is a hash of the recipe
#   $cache/venv/NAME-KEY/      Python environments; KEY is a hash of lock file and interpreter
#   .deps/NAME                 a link or a copy of the above, for this clone
#
# So a second clone with the same recipes fetches nothing.

cache="${XDG_CACHE_HOME:-$HOME/.cache}/mettle"
deps="$PWD/.deps"
# Debian's own Python, never the first on PATH: wheels are picked for it, and it is the peer that
# benchmarks measure (built with PGO and LTO, it is 1.3 to 1.5 times faster than other builds).
python=/usr/bin/python3

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_PROGRESS_BAR=off
export PIP_CACHE_DIR="$cache/pip"

say() { printf 'setup: %s\n' "$*"; }
die() {
    printf 'setup: error: %s\n' "$*" >&2
    exit 2
}

# hash_of FILE... | hash_of -s TEXT : a short name for a recipe's content
hash_of() {
    if [ "$1" = -s ]; then printf '%s' "$2"; else cat -- "$@"; fi | sha256sum | cut -c1-16
}

# keep FOLDER MAKER [ARG...] : FOLDER exists and is whole afterwards.
# Runs `MAKER FOLDER ARG...` with FOLDER empty unless it already carries its mark. The mark is written
# last, so a maker that fails or is killed leaves nothing that a later run would take for finished.
# A lock keeps two runs from making the same thing at once: the second waits and finds it made.
keep() {
    local folder="$1" maker="$2" lock status=0
    shift 2
    [ -e "$folder/.complete" ] && return 0
    mkdir -p "$(dirname "$folder")"
    exec {lock}>"$folder.lock"
    flock "$lock"
    if [ ! -e "$folder/.complete" ]; then
        rm -rf "$folder"
        mkdir -p "$folder"
        # A sub-shell of its own and no `if`, so that `set -e` holds inside the maker.
        set +e
        (set -e; "$maker" "$folder" "$@") {lock}>&-
        status=$?
        set -e
        if [ $status -eq 0 ]; then
            touch "$folder/.complete"
        else
            rm -rf "$folder"
        fi
    fi
    exec {lock}>&-
    [ $status -eq 0 ] || exit $status
}

# temporary_in FOLDER : a folder for downloads inside one that is being made, so that it goes when the
# maker fails; the maker removes it when it is done.
temporary_in() {
    mkdir -p "$1/.download"
    printf '%s\n' "$1/.download"
}

# link_dep NAME FOLDER : .deps/NAME points to FOLDER
link_dep() {
    mkdir -p "$(dirname "$deps/$1")"
    [ "$(readlink "$deps/$1" 2>/dev/null)" = "$2" ] && return 0
    rm -rf "${deps:?}/$1"
    ln -s "$2" "$deps/$1"
}

# store_file FILE : moves a verified download to its place by checksum, prints that place
store_file() {
    local sum place
    sum="$(sha256sum "$1" | cut -d' ' -f1)"
    place="$cache/files/$sum"
    mkdir -p "$place"
    mv -f "$1" "$place/"
    printf '%s/%s\n' "$place" "$(basename "$1")"
}
