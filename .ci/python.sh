#!/bin/sh
# Is there a Python that can make an environment? On Debian install what is missing as root; else say what to do.
python=$1
if ! command -v "$python" >/dev/null 2>&1; then
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv >/dev/null
    else
        echo "Python 3.11 or newer is needed: on Debian 'sudo apt install python3 python3-venv', on macOS 'brew install python'." >&2
        exit 2
    fi
fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; $("$python" --version) was found. Name another with: make PYTHON=python3.12" >&2
    exit 2
}
"$python" -c 'import ensurepip' 2>/dev/null || {
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    else
        echo "Python's venv module is missing: 'sudo apt install python3-venv'." >&2
        exit 2
    fi
}
