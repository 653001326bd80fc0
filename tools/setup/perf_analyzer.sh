# perf_analyzer, Triton's load tester. Its wheel wants glibc 2.38 and libstdc++ 13, newer than Debian
# 12's, so it runs under the loader and libraries of trixie, unpacked beside it:
#
#   .deps/perf_analyzer/perf_analyzer ARG...

_make_perf_analyzer() {
    local folder="$1" temporary wheel program loader
    # What the program and its libraries need, by Debian 13's package names.
    local packages=(libc6 libstdc++6 libgcc-s1 zlib1g libssl3t64 libzstd1)
    temporary="$(temporary_in "$folder")"
    say "perf_analyzer: downloading the wheel that requirements/perf_analyzer.txt pins"
    fetch_wheel requirements/perf_analyzer.txt "$temporary" --platform manylinux_2_38_x86_64
    wheel="$(store_file "$temporary"/perf_analyzer-*.whl)"
    rm -rf "$temporary"
    unzip_into "$wheel" "$folder/wheel"
    program="$(find "$folder/wheel" -type f -name perf_analyzer -size +1M | head -n1)"
    [ -n "$program" ] || die "$(basename "$wheel") holds no perf_analyzer"
    chmod 755 "$program"

    say "perf_analyzer: unpacking trixie's ${packages[*]} beside it (not installed)"
    apt_index trixie || die "Debian's index of trixie cannot be read: see $cache/apt/trixie/log"
    apt_unpack trixie "$folder/trixie" "${packages[@]}"
    loader="$(find "$folder/trixie" -name ld-linux-x86-64.so.2 -type f | head -n1)"
    [ -n "$loader" ] || die "trixie's libc6 holds no loader"
    cat >"$folder/perf_analyzer" <<SCRIPT
#!/bin/sh
here="\$(dirname "\$(readlink -f "\$0")")"
exec "\$here/${loader#"$folder"/}" \\
    --library-path "\$here/trixie/usr/lib/x86_64-linux-gnu" \\
    "\$here/${program#"$folder"/}" "\$@"
SCRIPT
    chmod 755 "$folder/perf_analyzer"
    "$folder/perf_analyzer" --version >"$folder/version" 2>&1 || {
        cat "$folder/version" >&2
        die "perf_analyzer does not start"
    }
}

install_perf_analyzer() {
    local folder
    if [ "$(uname -m)" != x86_64 ]; then
        say "perf_analyzer exists for x86_64 only: left out"
        return 0
    fi
    folder="$cache/trees/perf_analyzer-$(hash_of -s "1 $(cat requirements/perf_analyzer.txt)")"
    keep "$folder" _make_perf_analyzer
    link_dep perf_analyzer "$folder"
}
