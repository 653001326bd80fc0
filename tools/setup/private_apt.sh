# An apt of our own: it reads Debian's signed indexes of a suite that this machine does not use, and
# downloads single packages from it. Its sources, lists and cache lie under the cache folder; the
# system's apt is only asked which mirror it uses, and is never written to. Nothing gets installed.

# The mirror of the system's main archive, as apt itself reports it (no security, no third parties).
_mirror() {
    local uri
    uri="$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
        awk -F'|' '$2 == "Debian" { print $3; exit }')"
    # Before the first `apt-get update` apt knows no labels: then take the first source that is not
    # the security archive.
    [ -n "$uri" ] || uri="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
        grep -v security | head -n1)"
    [ -n "$uri" ] || die "apt has no source of Debian packages (apt-get indextargets says nothing)"
    printf '%s\n' "$uri"
}

_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# private_apt SUITE COMMAND [ARG...] : SUITE is forky, trixie, ... or `system` for the system's own
# sources. APT_CONFIG is read before apt's own files, so paths are given with -o, which win.
private_apt() {
    local suite="$1" root="$cache/apt/$1" options
    shift
    mkdir -p "$root/lists/partial" "$root/archives/partial"
    options=(
        -o "Dir::State::lists=$root/lists"
        -o "Dir::Cache::archives=$root/archives"
        -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache="
        -o "Acquire::Languages=none" -o "Acquire::Retries=3"
        -o "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false"
        -o "Acquire::IndexTargets::deb::CNF::DefaultEnabled=false"
        -o "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false"
        -o "APT::Sandbox::User=root" -o "APT::Update::Post-Invoke-Success::=true"
        -o "Debug::NoLocking=true"
    )
    if [ "$suite" != system ]; then
        [ -r "$_keyring" ] || die "$_keyring is missing: install debian-archive-keyring"
        printf 'deb [signed-by=%s] %s %s main\n' "$_keyring" "$(_mirror)" "$suite" \
            >"$root/sources.list"
        : >"$root/status"
        # A mirror that lags, or a clock that is ahead, must not stand in the way: an older index is
        # signed all the same, and what is taken from it is checked against it.
        options+=(
            -o "Acquire::Check-Valid-Until=false"
            -o "Dir::Etc::sourcelist=$root/sources.list" -o "Dir::Etc::sourceparts=-"
            -o "Dir::Etc::preferences=-" -o "Dir::Etc::preferencesparts=-"
            -o "Dir::State::status=$root/status"
        )
    fi
    "${1:?}" "${options[@]}" "${@:2}"
}

# apt_index SUITE : refreshes the suite's index; false, with apt's words in $cache/apt/SUITE/log, when
# the mirror does not answer or the signature does not fit the keyring.
apt_index() {
    local root="$cache/apt/$1"
    mkdir -p "$root"
    private_apt "$1" apt-get -q -o APT::Update::Error-Mode=any update >"$root/log" 2>&1
}

# apt_unpack SUITE FOLDER PACKAGE... : downloads the packages (checked against the signed index),
# keeps them by checksum, and unpacks them into FOLDER
apt_unpack() {
    local suite="$1" folder="$2" package temporary deb
    shift 2
    temporary="$(temporary_in "$folder")"
    for package in "$@"; do
        if ! (cd "$temporary" && private_apt "$suite" apt-get -q download "$package") \
            >"$temporary/log" 2>&1; then
            cat "$temporary/log" >&2
            die "could not download the Debian package $package of $suite (see above)"
        fi
    done
    for deb in "$temporary"/*.deb; do
        dpkg-deb -x "$(store_file "$deb")" "$folder"
    done
    rm -rf "$temporary"
}
