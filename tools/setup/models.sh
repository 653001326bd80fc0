# Models that are too large to commit: made once by their seeded script, kept in the cache.
#
#   .deps/models/heavy/model.onnx

_make_heavy() {
    say "the model 'heavy': making it with models/heavy/make.py"
    "$deps/venv-models/bin/python" models/heavy/make.py "$1" >"$1/.log" 2>&1 || {
        tail -n 5 "$1/.log" >&2
        die "models/heavy/make.py failed (see above)"
    }
}

install_heavy() {
    local folder
    folder="$cache/trees/heavy-$(hash_of models/heavy/make.py requirements/models.txt)"
    if [ ! -e "$folder/.complete" ]; then
        install_venv models
        keep "$folder" _make_heavy
    fi
    link_dep models/heavy "$folder"
}
