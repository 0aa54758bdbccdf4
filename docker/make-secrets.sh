#!/bin/sh
# Makes the passwords of compose.yaml, once, in secrets/ beside this file. Only its owner may enter that folder; the
# files can be read by all, since containers read them as users of their own.
set -eu
cd "$(dirname "$0")"
if [ -e secrets ]; then
  echo "$PWD/secrets is there already; nothing was changed." >&2
  exit 1
fi

password() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

postgres=$(password)
redis=$(password)
mkdir -m 700 secrets
printf '%s\n' "$postgres" > secrets/postgres-password
printf 'postgresql://cachito:%s@postgres:5432/cachito\n' "$postgres" > secrets/database-url
printf 'requirepass %s\n' "$redis" > secrets/redis-conf
printf 'redis://:%s@redis:6379/0\n' "$redis" > secrets/redis-url
chmod 444 secrets/*
