# Daemons that tests and benchmarks talk to. Their Debian packages would start services on somebody's
# machine, so they are downloaded and unpacked, never installed:
#
#   .deps/nginx/usr/sbin/nginx          .deps/prometheus/usr/bin/promtool

_make_unpacked() {
    local folder="$1" program="$2" lacking
    shift 2
    say "unpacking $* (not installed)"
    apt_index system || say "  the mirror's index cannot be refreshed, using the one that is there"
    apt_unpack system "$folder" "$@"
    [ -x "$folder/$program" ] || die "$1 holds no $program"
    lacking="$(ldd "$folder/$program" 2>/dev/null | awk '/not found/ { print $1 }' | tr '\n' ' ')"
    [ -z "$lacking" ] || die "$program wants libraries that are not here: $lacking"
}

# install_unpacked NAME PROGRAM PACKAGE...
install_unpacked() {
    local name="$1" program="$2" folder release
    shift 2
    release="$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")"
    folder="$cache/trees/$name-$(hash_of -s "1 $release $(uname -m) $*")"
    keep "$folder" _make_unpacked "$program" "$@"
    link_dep "$name" "$folder"
}

install_nginx() { install_unpacked nginx usr/sbin/nginx nginx; }
install_promtool() { install_unpacked prometheus usr/bin/promtool prometheus; }
