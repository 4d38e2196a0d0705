#!/usr/bin/env bash
# Makes the virtual environment .venv and installs langnghe into it. Usage: ops/setup.sh '.[dev]'
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-.}
python=${PYTHON:-python3}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

if ! command -v "$python" >/dev/null || ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "Cài Python từ gói của hệ điều hành…"
    as_root apt-get update -qq
    as_root apt-get install -y -qq --no-install-recommends python3 python3-venv
fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Cần Python 3.11 trở lên; đang có $("$python" --version). Dùng: make PYTHON=/đường/dẫn/python3.11 …" >&2
    exit 3
}
[ -x .venv/bin/python ] || "$python" -m venv .venv
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install -q uv
echo "Cài các thư viện ($what)…"
# uv is many times quicker; pip is the way out where a site configures package sources for pip alone.
.venv/bin/uv pip install -q --python .venv/bin/python -e "$what" || .venv/bin/python -m pip install -q -e "$what"
