#!/bin/sh
# What `make demo` shows: a playbook run twice, the same project linted, one variable explained. $1 is the binary.
set -eu
bin=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")"
site=$(mktemp -d)
trap 'rm -rf "$site"' EXIT

show() {
	printf '\n$ rehearse %s\n' "$*" | sed "s#$site#/tmp/site#g"
	"$bin" "$@"
}

show run -i inventory.ini site.yml -e "site_base=$site"
printf '\nThe second time nothing changes:\n'
show run -i inventory.ini site.yml -e "site_base=$site" | sed -n '/^PLAY RECAP/,$p'
printf '\nThe linter looks at the same project and finds what is wrong in flawed.yml:\n'
show lint . || [ $? = 2 ]
printf '\nWhich value wins, and why:\n'
show vars blue site_title -i inventory.ini --at site.yml:17
