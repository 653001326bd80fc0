# Python environments, one for each lock file in requirements/, and single wheels taken from them.

_python_id() { "$python" -c 'import sys, platform; print(sys.version, platform.machine())'; }

# A pip to download with: Debian's python3-venv brings the wheel of one, python3-pip is not needed.
_make_pip() { "$python" -m venv "$1"; }
pip_path() {
    local folder
    folder="$cache/venv/pip-$(hash_of -s "$(_python_id)")"
    keep "$folder" _make_pip
    printf '%s/bin/pip\n' "$folder"
}

# What went wrong, of all that pip says.
_pip_words() {
    grep -E '^ *ERROR' "$1" >&2 || tail -n 5 "$1" >&2
    ! grep -q 'connection broken' "$1" || echo 'The package index could not be reached.' >&2
}

_make_venv() {
    local folder="$1" name="$2" lock="$3" log="$1/.install.log"
    say "Python environment '$name': installing $(grep -c '==' "$lock") packages from $lock"
    "$python" -m venv "$folder"
    if ! "$folder/bin/pip" install --require-hashes --only-binary :all: -r "$lock" >"$log" 2>&1; then
        _pip_words "$log"
        die "Python environment '$name': pip could not install $lock (see above)"
    fi
}

# install_venv NAME : .deps/venv-NAME holds what requirements/NAME.txt lists
install_venv() {
    local name="$1" lock="requirements/$1.txt" folder
    [ -f "$lock" ] || die "no lock file $lock"
    folder="$cache/venv/$name-$(hash_of -s "$(_python_id; cat "$lock")")"
    keep "$folder" _make_venv "$name" "$lock"
    link_dep "venv-$name" "$folder"
}

# fetch_wheel LOCK FOLDER [PIP OPTION...] : downloads the only wheel that LOCK pins, checked by hash
fetch_wheel() {
    local lock="$1" folder="$2" log="$2/pip.log" pip
    shift 2
    pip="$(pip_path)"
    if ! "$pip" download --quiet --require-hashes --no-deps --only-binary :all: \
        --dest "$folder" -r "$lock" "$@" >"$log" 2>&1; then
        _pip_words "$log"
        die "could not download the wheel that $lock pins (see above)"
    fi
    rm -f "$log"
}

# unzip_into ARCHIVE FOLDER [PREFIX] : members under PREFIX, with their own paths
unzip_into() {
    "$python" - "$@" <<'PY'
import sys, zipfile
archive, folder, prefix = sys.argv[1], sys.argv[2], (sys.argv[3:] or [""])[0]
with zipfile.ZipFile(archive) as z:
    z.extractall(folder, [n for n in z.namelist() if n.startswith(prefix)])
PY
}
