# ONNX Runtime without a compiler's hour: the library from the PyPI wheel, pinned by hash; the headers
# from Debian's newest libonnxruntime-dev, authenticated by apt's signed index (the pool drops old
# files, so a hash would break). An older header works with a newer library: the C ABI is versioned.
#
#   .deps/onnxruntime/lib/libonnxruntime.so{,.1,.VERSION}
#   .deps/onnxruntime/include/onnxruntime_cxx_api.h, also as <onnxruntime/onnxruntime_cxx_api.h>

# Newest first; trixie's 1.21 is the fallback, without plug-in execution providers (ORT_API_VERSION 21).
_header_suites=(forky trixie)

_onnxruntime_headers() {
    local folder="$1" suite found
    for suite in "${_header_suites[@]}"; do
        say "ONNX Runtime headers: reading Debian's index of $suite"
        if ! apt_index "$suite"; then
            say "  $suite cannot be used: $(grep -E '^(E|W|Err)' "$cache/apt/$suite/log" | head -n1)"
            continue
        fi
        apt_unpack "$suite" "$folder/unpacked" libonnxruntime-dev
        found="$(find "$folder/unpacked/usr/include" -name onnxruntime_c_api.h | head -n1)"
        [ -n "$found" ] || die "libonnxruntime-dev of $suite has no onnxruntime_c_api.h"
        mkdir -p "$folder/include"
        cp -a "$(dirname "$found")"/*.h "$folder/include/"
        ln -s . "$folder/include/onnxruntime"
        rm -rf "$folder/unpacked"
        return 0
    done
    die "ONNX Runtime headers: neither of ${_header_suites[*]} can be read; apt's words are in" \
        "$cache/apt/*/log. A newer debian-archive-keyring package may be needed."
}

_make_onnxruntime() {
    local folder="$1" temporary wheel library version
    temporary="$(temporary_in "$folder")"
    say "ONNX Runtime library: downloading the wheel that requirements/onnxruntime.txt pins"
    fetch_wheel requirements/onnxruntime.txt "$temporary"
    wheel="$(store_file "$temporary"/onnxruntime-*.whl)"
    unzip_into "$wheel" "$temporary" onnxruntime/capi/libonnxruntime
    library="$(find "$temporary/onnxruntime/capi" -name 'libonnxruntime.so.*.*' | head -n1)"
    [ -n "$library" ] || die "$(basename "$wheel") holds no libonnxruntime.so"
    mkdir -p "$folder/lib"
    mv "$temporary"/onnxruntime/capi/libonnxruntime*.so* "$folder/lib/"
    rm -rf "$temporary"
    version="$(basename "$library")"
    chmod 755 "$folder/lib/$version"
    ln -s "$version" "$folder/lib/libonnxruntime.so.1"
    ln -s libonnxruntime.so.1 "$folder/lib/libonnxruntime.so"
    _onnxruntime_headers "$folder"
    say "ONNX Runtime ready: ${version#libonnxruntime.so.}, headers of API" \
        "$(awk '$2 == "ORT_API_VERSION" { print $3; exit }' "$folder/include/onnxruntime_c_api.h")"
}

install_onnxruntime() {
    local folder
    # The number is this recipe's own: raise it when what _make_onnxruntime leaves changes.
    folder="$cache/trees/onnxruntime-$(hash_of -s "1 $(uname -m) ${_header_suites[*]} \
        $(cat requirements/onnxruntime.txt)")"
    keep "$folder" _make_onnxruntime
    # A copy (hard links where the file system allows), not a link: the build's paths then stay inside
    # the clone, and ccache's CCACHE_BASEDIR can make them relative.
    if [ "$(cat "$deps/onnxruntime/.from" 2>/dev/null)" != "$folder" ]; then
        rm -rf "$deps/onnxruntime" "$deps/onnxruntime.new"
        mkdir -p "$deps"
        cp -al "$folder" "$deps/onnxruntime.new" 2>/dev/null || {
            rm -rf "$deps/onnxruntime.new"
            cp -a "$folder" "$deps/onnxruntime.new"
        }
        printf '%s\n' "$folder" >"$deps/onnxruntime.new/.from"
        mv "$deps/onnxruntime.new" "$deps/onnxruntime"
    fi
}
