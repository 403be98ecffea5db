#!/bin/sh
# The browser tests want a Chromium of the system's: found, fetched where we may, else the one line to type.
# Without its own windows and menus (chromium-headless-shell) it needs half of the processor's time.
set -eu
for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium for the browser tests"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq chromium-headless-shell >/dev/null 2>&1 && exit 0
  apt-get install -y -qq chromium >/dev/null && exit 0
fi
echo "The browser tests need Chromium. Type: sudo apt-get install -y chromium" >&2
exit 1
