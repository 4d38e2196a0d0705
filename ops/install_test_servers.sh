#!/usr/bin/env bash
# Installs the real servers that the tests start: PostgreSQL, Redis, Chromium, and a JDK with Maven for Elasticsearch.
set -euo pipefail

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

missing=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v chromium >/dev/null || missing+=(chromium)
command -v javac >/dev/null || missing+=(default-jdk-headless)
command -v mvn >/dev/null || missing+=(maven)
[ ${#missing[@]} = 0 ] && exit 0
if ! command -v apt-get >/dev/null; then
    echo "Chưa có: ${missing[*]}. Hãy cài bằng trình quản lý gói của máy này; các kiểm thử cần chúng sẽ được bỏ qua." >&2
    exit 0
fi
echo "Cài máy chủ cho kiểm thử: ${missing[*]}"
as_root apt-get update -qq
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
