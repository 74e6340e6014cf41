#!/bin/sh
# Gives the server a bucket: a key, the bucket, leave to read and write it, and to pages at PUBLIC_URL leave to do so from
# their origin. By Garage's administration API; what is there already stays, so it runs at every start.
set -eu
umask 077
secrets=/secrets/garage
name=$S3_BUCKET_NAME
key=$(cat $secrets/access_key)
headers=/tmp/headers
printf 'Authorization: Bearer %s\nContent-Type: application/json\n' "$(cat $secrets/admin_token)" > $headers

# call PATH [OPTIONS]
call() {
	path=$1
	shift
	curl --silent --show-error --max-time 20 --header @$headers "$@" "$GARAGE_ADMIN/v2/$path"
}

# tell PATH: what comes on standard input.
tell() {
	call "$1" --fail --output /dev/null --data-binary @-
}

# has PATH: whether it is there. Anything else than 200 and 404 ends this.
has() {
	status=$(call "$1" --output /dev/null --write-out '%{http_code}')
	case $status in
	200) return 0 ;;
	404) return 1 ;;
	*) echo "$1: $status" >&2 && exit 1 ;;
	esac
}

has "GetKeyInfo?id=$key" ||
	printf '{"accessKeyId": "%s", "secretAccessKey": "%s", "name": "sharesync"}' \
		"$key" "$(cat $secrets/secret_key)" | tell ImportKey
has "GetBucketInfo?globalAlias=$name" ||
	printf '{"globalAlias": "%s"}' "$name" | tell CreateBucket
# It is the one value there of 64 digits.
bucket=$(call "GetBucketInfo?globalAlias=$name" --fail | grep -Eo '"[0-9a-f]{64}"' | head -n 1 | tr -d '"')

printf '{"bucketId": "%s", "accessKeyId": "%s", "permissions": {"read": true, "write": true, "owner": false}}' \
	"$bucket" "$key" | tell AllowBucketKey
printf '{"corsRules": [{
	"AllowedOrigin": ["%s"], "AllowedMethod": ["PUT", "GET", "HEAD"], "AllowedHeader": ["*"],
	"ExposeHeader": ["ETag"], "MaxAgeSeconds": 3600
}]}' "${PUBLIC_URL%/}" | tell "UpdateBucket?id=$bucket"
