#!/bin/sh
# Records what ansible-playbook of ansible-core 2.19.14 prints for the project: record.sh, in this folder. Its path becomes DIR.
cd "$(dirname "$0")/project" || exit 1
PYTHONDONTWRITEBYTECODE=1 ANSIBLE_NOCOLOR=1 COLUMNS=80 ansible-playbook site.yml >../stdout.raw 2>../stderr.raw
for f in stdout stderr; do sed "s|$PWD|DIR|g" ../$f.raw >../$f.txt; rm ../$f.raw; done
