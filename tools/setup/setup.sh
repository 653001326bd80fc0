#!/usr/bin/env bash
# Installs what a command of the Makefile needs, and nothing that is already there.
#
#   tools/setup/setup.sh WHAT...     WHAT: build test lint web bench models all
#
# Debian packages come from apt-get (as root or with sudo); everything else lies under the cache folder
# (${XDG_CACHE_HOME:-~/.cache}/mettle) with links to it in .deps/. A second run does nothing, quickly and
# without a network; so does a second clone. Exit 2: something could not be installed, said in a line.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for part in lib debian python private_apt onnxruntime daemons node models perf_analyzer; do
    # shellcheck source=/dev/null
    . "tools/setup/$part.sh"
done
umask 022
mkdir -p "$cache" || die "cannot make the cache folder $cache"

for what in "$@"; do
    case "$what" in
        build)
            install_debian build
            install_onnxruntime
            install_web
            ;;
        test)
            install_debian build test
            install_onnxruntime
            install_node_modules
            install_web
            install_venv test
            install_venv triton
            install_promtool
            ;;
        lint)
            install_debian build lint
            install_onnxruntime
            ;;
        web)
            install_debian build
            install_node_modules
            install_web
            ;;
        models)
            install_debian build
            install_venv models
            install_heavy
            ;;
        bench)
            install_debian build bench
            install_onnxruntime
            install_web
            for name in bench mlserver triton models; do install_venv "$name"; done
            install_heavy
            install_nginx
            install_perf_analyzer
            ;;
        all) "$0" build test lint web models bench ;;
        *) die "unknown part '$what' (there are: build test lint web models bench all)" ;;
    esac
done
