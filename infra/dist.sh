#!/usr/bin/env bash
# Packs built programs into Debian packages and archives, with their checksums. `make dist` calls it; so does the test of it.
#
#   infra/dist.sh FOLDER_OF_PROGRAMS FOLDER_TO_WRITE
#
# The same programs make the same bytes: everything is of the time of the last commit (SOURCE_DATE_EPOCH says otherwise), in
# one order, and belongs to root. GZIP_LEVEL is how hard archives are pressed (9).
set -euo pipefail
umask 022
export LC_ALL=C TZ=UTC
programs=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
cd "$(dirname "$0")/.."

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
architecture=$(dpkg --print-architecture)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

main() {
	rm -f "$out"/sharesync* "$out/SHA256SUMS"
	mkdir "$stage/programs"
	for program in sharesync sharesync-server sharesync-signaling; do
		strip -o "$stage/programs/$program" "$programs/$program"
	done
	programs="$stage/programs"
	write_pages_and_completions
	pack_archive sharesync archive_command
	pack_archive sharesync-server archive_server
	pack_package sharesync package_command
	pack_package sharesync-server package_server
	(cd "$out" && sha256sum sharesync* > SHA256SUMS)
}

# What the command says of itself, for a reader of manuals and for three shells.
write_pages_and_completions() {
	"$programs/sharesync" man --output "$stage/man"
	mkdir "$stage/completions"
	"$programs/sharesync" completions bash > "$stage/completions/sharesync.bash"
	"$programs/sharesync" completions zsh > "$stage/completions/_sharesync"
	"$programs/sharesync" completions fish > "$stage/completions/sharesync.fish"
}

archive_command() {
	put 755 "$programs/sharesync" "$1"
	put 644 "$stage/man/*" "$1/man"
	put 644 "$stage/completions/*" "$1/completions"
	put 644 docs/CLI.md "$1/docs"
	put 644 infra/sharesync-listen.service "$1/systemd"
}

archive_server() {
	put 755 "$programs/sharesync-*" "$1"
	put 644 "infra/sharesync.service infra/sharesync-signaling.service" "$1/systemd"
	put 644 infra/debian/sysusers.conf "$1/systemd"
	put 640 "infra/debian/server.env infra/debian/signaling.env" "$1/etc"
	put 644 "docs/*.md" "$1/docs"
}

package_command() {
	put 755 "$programs/sharesync" "$1/usr/bin"
	put 644 "$stage/man/*" "$1/usr/share/man/man1"
	gzip -9n "$1"/usr/share/man/man1/*
	put_as 644 "$stage/completions/sharesync.bash" "$1/usr/share/bash-completion/completions/sharesync"
	put 644 "$stage/completions/_sharesync" "$1/usr/share/zsh/vendor-completions"
	put 644 "$stage/completions/sharesync.fish" "$1/usr/share/fish/vendor_completions.d"
	put 644 docs/CLI.md "$1/usr/share/doc/sharesync"
	put 644 infra/sharesync-listen.service "$1/usr/lib/systemd/system"
	sed -i 's|/usr/local/bin|/usr/bin|g' "$1/usr/lib/systemd/system/sharesync-listen.service"
	put 640 infra/debian/sharesync-listen.env "$1/etc"
}

package_server() {
	put 755 "$programs/sharesync-*" "$1/usr/bin"
	put 644 "infra/sharesync.service infra/sharesync-signaling.service" "$1/usr/lib/systemd/system"
	put_as 644 infra/debian/sysusers.conf "$1/usr/lib/sysusers.d/sharesync-server.conf"
	put 640 "infra/debian/server.env infra/debian/signaling.env" "$1/etc/sharesync"
	put 644 "docs/OPERATIONS.md docs/SECURITY.md" "$1/usr/share/doc/sharesync-server"
}

# pack_archive NAME FILL: what FILL puts into a folder, with what every archive has.
pack_archive() {
	local name=$1-$version-linux-$architecture
	put 644 "LICENSE README.md CHANGELOG.md" "$stage/$name"
	"$2" "$stage/$name"
	tar --create --directory "$stage" --sort name --owner root:0 --group root:0 --mtime "@$SOURCE_DATE_EPOCH" \
		--format gnu "$name" | gzip "-${GZIP_LEVEL:-9}n" > "$out/$name.tar.gz"
}

# pack_package NAME FILL: the same as a Debian package, with what infra/debian has under its name.
pack_package() {
	local tree="$stage/debian/$1" doc="$stage/debian/$1/usr/share/doc/$1" size depends script
	put_as 644 LICENSE "$doc/copyright"
	put_as 644 CHANGELOG.md "$doc/changelog"
	gzip -9n "$doc/changelog"
	"$2" "$tree"
	mkdir "$tree/DEBIAN"
	if [ -d "$tree/etc" ]; then (cd "$tree" && find etc -type f -printf '/%p\n' | sort > DEBIAN/conffiles); fi
	(cd "$tree" && find usr -type f | sort | xargs md5sum > DEBIAN/md5sums)
	size=$(du -sk --apparent-size "$tree" | cut -f1)
	depends=$(libraries "$tree"/usr/bin/*)
	sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" \
		-e "s/@DEPENDS@/$depends/" "infra/debian/$1.control" > "$tree/DEBIAN/control"
	for script in postinst prerm postrm; do
		if [ -e "infra/debian/$1.$script" ]; then put_as 755 "infra/debian/$1.$script" "$tree/DEBIAN/$script"; fi
	done
	dpkg-deb --root-owner-group --build "$tree" "$out/${1}_${version}_$architecture.deb" > /dev/null
}

# libraries PROGRAM…: the packages that have what they are linked to, by the newest version of a symbol that they ask for.
libraries() {
	local unknown
	unknown=$(readelf --dynamic "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u |
		grep -Ev '^(ld-linux.*|libc|libm|libgcc_s)\.so\.[0-9]+$' || true)
	if [ -n "$unknown" ]; then
		echo "infra/dist.sh does not know which package has" $unknown >&2
		return 1
	fi
	readelf --version-info "$@" | sed -n 's/.*Name: GLIBC_\([0-9.]*\) .*/libc6 (>= \1), libgcc-s1/p' | sort -uV | tail -1
}

# put MODE FILES FOLDER: copies what the patterns in FILES name.
put() {
	# shellcheck disable=SC2086 # several patterns
	install -D -m "$1" -t "$3" $2
}

# put_as MODE FILE NAME
put_as() {
	install -D -m "$1" "$2" "$3"
}

main
