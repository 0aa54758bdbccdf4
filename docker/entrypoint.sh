#!/bin/sh
# Starts the service, or runs one of its commands, in a container: `docker run … cachito:0.1.0 --worker-only`,
# `docker run … cachito:0.1.0 cleanup`.
set -eu

# Docker and Kubernetes hand out secrets as files: NAME_FILE says which file holds the value of NAME.
for name in DATABASE_URL REDIS_URL; do
  eval "file=\${${name}_FILE-} value=\${${name}-}"
  [ -n "$file" ] || continue
  if [ -n "$value" ]; then
    echo "$name and ${name}_FILE are both set; set one of them." >&2
    exit 1
  fi
  if [ ! -r "$file" ]; then
    echo "${name}_FILE: $file is not there, or user $(id -u) may not read it." >&2
    exit 1
  fi
  value=$(cat "$file")
  export "$name=$value"
  unset "${name}_FILE"
done
unset name file value

exec node --enable-source-maps /app/dist/src/main.js "$@"
