#!/bin/sh
# Makes the secrets of docker-compose.yml below ./secrets, once; those that are there stay as they are.
# The containers run as user 1000, who alone may read them.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets

secret() { [ -s "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"; }
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

secret postgres_password "$(random)"
secret langnghe_elasticsearch_password "$(random)"
secret langnghe_author_key "$(random)"
secret langnghe_database_url "postgresql+psycopg://langnghe:$(cat secrets/postgres_password)@postgres:5432/langnghe"
if [ "$(id -u)" = 0 ]; then chown -R 1000 secrets; fi
echo "Các bí mật nằm trong secrets/; hãy sao lưu langnghe_author_key: mất nó thì không nhận ra tác giả cũ nữa."
