#!/bin/sh
# Install system packages where this user may, else name what is missing in one line.
# Usage: need.sh THING...   (venv mosquitto chromium cjk vtest rtsp)
set -u
PATH=$PATH:/usr/sbin:/usr/local/sbin
python=${PYTHON:-python3}

have() {
    case $1 in
        venv) "$python" -c 'import ensurepip, venv' 2>/dev/null ;;
        mosquitto) command -v mosquitto >/dev/null ;;
        chromium) command -v chromium >/dev/null || command -v chromium-browser >/dev/null ;;
        cjk) [ -n "$(find /usr/share/fonts -iname '*cjk*' -print -quit 2>/dev/null)" ] ;;
        vtest) [ -e /usr/share/doc/opencv-doc/examples/data/vtest.avi ] ;;
        rtsp) /usr/bin/python3 -c 'import gi; gi.require_version("GstRtspServer", "1.0")' 2>/dev/null ;;
    esac
}

packages() {
    case $1 in
        venv) echo python3-venv ;;
        cjk) echo fonts-noto-cjk ;;
        vtest) echo opencv-doc ;;
        rtsp) echo python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly ;;
        *) echo "$1" ;;
    esac
}

missing=
for thing in "$@"; do
    have "$thing" || missing="$missing $(packages "$thing")"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  (a list of words is meant)
    if apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
        exit 0
    fi
fi
echo "Missing, some things will be left out: apt install$missing" >&2
case " $* " in *" venv "*) exit 1 ;; esac
exit 0
