#!/bin/sh
# Installs what the tests use beyond Go: sshd, sudo, neovim, a C compiler for the race detector. Where that is not
# possible, the tests that need it are skipped and say so.
missing=
command -v gcc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
[ -x /usr/sbin/sshd ] || command -v sshd >/dev/null 2>&1 || missing="$missing openssh-server"
command -v ssh-keygen >/dev/null 2>&1 || missing="$missing openssh-client"
command -v sudo >/dev/null 2>&1 || missing="$missing sudo"
command -v nvim >/dev/null 2>&1 || missing="$missing neovim"
command -v git >/dev/null 2>&1 || missing="$missing git"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
	echo "not installed, so some tests will be skipped:$missing" >&2
	exit 0
fi
as=
if [ "$(id -u)" != 0 ]; then
	if sudo -n true 2>/dev/null; then as="sudo -n"; else
		echo "not installed, and no right to install it, so some tests will be skipped:$missing" >&2
		exit 0
	fi
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
{ $as apt-get update -q && $as apt-get install -y -q --no-install-recommends $missing; } >/tmp/rehearse-deps.$$.log 2>&1 ||
	{ cat /tmp/rehearse-deps.$$.log >&2; rm -f /tmp/rehearse-deps.$$.log; echo "could not install:$missing" >&2; exit 1; }
rm -f /tmp/rehearse-deps.$$.log
