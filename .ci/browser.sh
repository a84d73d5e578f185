#!/bin/sh
# A browser and Chinese fonts for the browser tests: use what is there; else Debian's packages as root; else
# Playwright's own download. Prints nothing when nothing is missing.
have_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] && return 0
    [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ] && return 0
    .venv/bin/python - <<'PY' 2>/dev/null
import os, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(0 if os.path.exists(p.chromium.executable_path) else 1)
PY
}
have_fonts() {
    [ "$(uname)" = Darwin ] && return 0
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh 2>/dev/null | head -n 1)" ]
}
root_apt() { command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; }

wanted=""
have_browser || wanted="chromium"
have_fonts || wanted="$wanted fontconfig fonts-noto-cjk"
[ -n "$wanted" ] || exit 0
if root_apt; then
    echo "Installing for the browser tests:$wanted"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
elif have_browser; then
    echo "No Chinese fonts found: screenshots will show boxes. On Debian: sudo apt install fonts-noto-cjk" >&2
    exit 0
fi
have_browser && exit 0
echo "Downloading a Chromium for the browser tests"
.venv/bin/python -m playwright install chromium
