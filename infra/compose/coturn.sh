#!/bin/sh
# Starts coturn with its secret, which is neither in its configuration nor in its arguments. Its relays have the machine's
# first address; of the others, most are networks of containers. Where that is reached under another address from outside,
# COTURN_EXTERNAL_IP says which, or which two: PUBLIC or PUBLIC/OWN. A relay then reaches the others under the machine's
# own address, which no other peer has.
set -eu
umask 077
settings=/tmp/turnserver.conf
external=${COTURN_EXTERNAL_IP:-}
own=$(hostname -I | cut -d ' ' -f 1)
case $external in
*/*) own=${external#*/} ;;
esac

cat /etc/coturn.conf > $settings
{
	printf 'static-auth-secret=%s\n' "$(cat /secrets/coturn/secret)"
	printf 'relay-ip=%s\n' "$own"
	if [ -n "$external" ]; then
		printf 'external-ip=%s/%s\n' "${external%/*}" "$own"
		printf 'allowed-peer-ip=%s\n' "$own"
	fi
} >> $settings
exec turnserver -c $settings
