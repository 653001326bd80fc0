# The Debian packages of debian-packages.txt: what is missing is installed, the rest is left alone.

_packages_of() {
    awk -v wanted=" $* " '
        /^\[/ { section = substr($1, 2, length($1) - 2); next }
        /^[a-z0-9]/ && index(wanted, " " section " ") { print $1 }
    ' tools/setup/debian-packages.txt
}

_missing_of() {
    local installed package
    # dpkg-query fails when it does not know one of them, and lists the others all the same.
    installed="$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
        awk '$2 == "installed" { print $1 }')" || true
    for package in "$@"; do
        grep -qxF -- "$package" <<<"$installed" || printf '%s\n' "$package"
    done
}

# install_debian SECTION... : no apt call and no network when everything is there
install_debian() {
    local missing as_root=()
    command -v dpkg-query >/dev/null || die "this set-up knows Debian 12; here is no dpkg." \
        "tools/setup/debian-packages.txt lists what the build needs."
    # shellcheck disable=SC2046
    mapfile -t missing < <(_missing_of $(_packages_of "$@"))
    [ ${#missing[@]} -gt 0 ] || return 0

    local install=(apt-get install -y --no-install-recommends --no-remove "${missing[@]}")
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            as_root=(sudo)
        else
            printf 'setup: %s Debian packages are missing, and installing them needs root. Run:\n\n' \
                "${#missing[@]}" >&2
            printf '    apt-get update && %s\n\n' "${install[*]}" >&2
            exit 2
        fi
    fi
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    mkdir -p "$cache"
    local log="$cache/apt-install.log"
    # An index that cannot be refreshed may still be good enough.
    "${as_root[@]}" apt-get -q update >"$log" 2>&1 || say "  apt-get update failed, using the index as it is"
    # --no-remove: rather fail than take away a package that conflicts, such as Boost 1.74.
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" >>"$log" 2>&1; then
        grep -E '^(E:|Err|  [a-z])' "$log" >&2 || tail -n 5 "$log" >&2
        die "apt-get could not install them (see above, and $log). The command was: ${install[*]}"
    fi
}
