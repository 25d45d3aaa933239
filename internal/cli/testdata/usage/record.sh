#!/bin/sh
# Records what ansible-core's programs say of command lines that do not fit, and the structure of their help (usage, headings,
# options; not the texts). Run in this directory:  ./record.sh /path/to/venv/bin
set -eu
bin=$1
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export HOME="$home" LC_ALL=C.UTF-8 ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=0 ANSIBLE_INVENTORY_UNPARSED_WARNING=0
for file in errors help; do
	while IFS= read -r line; do
		case $line in '' | '#'*) continue ;; esac
		columns=80
		case $line in @*) columns=${line%% *} columns=${columns#@} line=${line#* } ;; esac
		status=0
		(cd "$home" && eval "COLUMNS=$columns \"$bin\"/$line" >out 2>err </dev/null) || status=$?
		printf '$ @%s %s\n' "$columns" "$line"
		if [ $file = errors ]; then
			awk '/^ $/ { exit } { print }' "$home/err"
		else
			# a head stands before two spaces; what begins without a sign is one only if it is one word
			awk '/^usage: / { usage = 1 } usage { if ($0 == "") usage = 0; else print; next }
				/^[a-zA-Z ]+:$/ { print; heads = 1; next }
				heads && /^  (  )?[^ ]/ { sub(/^ +/, ""); sub(/  +.*/, ""); if ($0 ~ /^[-{]/ || $0 !~ / /) print "  " $0 }' "$home/out"
		fi
		echo "exit $status"
	done <$file.txt >$file.out
done
