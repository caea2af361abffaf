#!/usr/bin/env bash
# Make .venv when it is missing and install into it what the arguments say, as pip understands them:
#
#     tools/venv.sh -e '.[cli,crypto]'
#     tools/venv.sh -e . --group test
#
# PYTHON chooses the interpreter; without it, the first of python3, python3.14 ... python3.11 that is new enough.
set -euo pipefail
cd "$(dirname "$0")/.."

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

new_enough() {
    command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

choose_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    {
        echo "mailwright needs Python 3.11 or newer. ${PYTHON:-python3} is: $("${PYTHON:-python3}" --version 2>&1 || true)"
        echo "Install a newer one, or name it: make PYTHON=/path/to/python3.13 ..."
    } >&2
    return 1
}

# Debian keeps the part of Python that puts pip into a new environment in a package of its own.
install_venv_module() {
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "$1 -m venv does not work here. On Debian and Ubuntu: apt-get install python3-venv" >&2
        return 1
    fi
    local package
    package="$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    tools/apt.sh "$package" || tools/apt.sh python3-venv
}

make_venv() {
    local python
    python="$(choose_python)"
    echo "Making .venv with $("$python" --version)"
    rm -rf .venv
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        install_venv_module "$python"
    fi
    "$python" -m venv .venv
}

# A .venv whose interpreter was upgraded away does not run; one without pip was interrupted while it was made.
if ! { new_enough .venv/bin/python && .venv/bin/python -m pip --version; } >/dev/null 2>&1; then
    make_venv
fi

# --group came with pip 25.1.
if ! .venv/bin/python -c 'import pip, sys; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (25, 1))'; then
    .venv/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
fi
.venv/bin/python -m pip install --quiet "$@"
