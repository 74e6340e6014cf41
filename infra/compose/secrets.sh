#!/bin/sh
# Makes the secrets of docker-compose.yml, each once, and writes them down in the form that each service reads: a folder a
# service, which its user alone can enter. Runs before all others at every start, and says nothing of what it made.
#
#   sh secrets.sh FOLDER
set -eu
umask 077
cd "$1"

# The users that the services run as, in their images.
root=0 postgres=70 redis=999 server=65532 coturn=65534

# belongs USER FILE. Who is not root, as in tests, has one user only.
belongs() {
	if [ "$(id -u)" = 0 ]; then chown "$1" "$2"; fi
}

# folder NAME USER
folder() {
	mkdir -p "$1"
	belongs "$2" "$1"
}

# put FILE USER: what comes on standard input, whole or not at all.
put() {
	cat > "$1.new"
	belongs "$2" "$1.new"
	sync "$1.new"
	mv "$1.new" "$1"
}

# once FILE USER BYTES [PREFIX]: so many random bytes in hexadecimal, unless it is there.
once() {
	if [ -s "$1" ]; then return; fi
	digits=$(od -An -v -tx1 -N"$3" /dev/urandom | tr -d ' \n')
	[ "${#digits}" = "$(($3 * 2))" ]
	printf '%s%s\n' "${4:-}" "$digits" | put "$1" "$2"
}

folder postgres $postgres
once postgres/password $postgres 32

folder redis $redis
once redis/password $redis 32
printf 'requirepass %s\n' "$(cat redis/password)" | put redis/password.conf $redis

folder garage $root
once garage/rpc_secret $root 32
once garage/admin_token $root 32
once garage/access_key $root 12 GK # of this form only, and no secret
once garage/secret_key $root 32

folder coturn $coturn
once coturn/secret $coturn 32

folder server $server
once server/secret_key $server 32
once server/admin_password $server 32
printf 'postgres://sharesync:%s@postgres:5432/sharesync\n' "$(cat postgres/password)" |
	put server/database_url $server
printf 'redis://:%s@redis:6379\n' "$(cat redis/password)" | put server/redis_url $server
put server/s3_access_key $server < garage/access_key
put server/s3_secret_key $server < garage/secret_key
put server/turn_secret $server < coturn/secret
