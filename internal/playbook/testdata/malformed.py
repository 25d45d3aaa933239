#!/usr/bin/env python3
"""Records what ansible-core says of each malformed/*.yml:  python3 malformed.py > malformed.json

Per file: the exit status of `ansible-playbook --syntax-check -i all,`, the brief message of the first error, the place that it
names and the warnings.
"""
import json
import os
import re
import subprocess

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'malformed'))
env = dict(os.environ, ANSIBLE_NOCOLOR='1', ANSIBLE_DEPRECATION_WARNINGS='0', HOME='/nonexistent', ANSIBLE_ROLES_PATH='/nonexistent/roles',
           ANSIBLE_COLLECTIONS_PATH='/nonexistent/collections')
out = {}
for name in sorted(os.listdir('.')):
    p = subprocess.run(['ansible-playbook', '--syntax-check', '-i', 'all,', name], capture_output=True, text=True, env=env)
    err = p.stderr.replace(os.getcwd() + '/', '')
    entry = {'rc': p.returncode}
    m = re.search(r'\[ERROR\]: (.*?)(\n\n|\nOrigin|\Z)', err, re.S)
    if m:
        entry['error'] = m.group(1).strip()
        o = re.search(r'Origin: (\S+?):(\d+):(\d+)', err)
        if o:
            entry['at'] = o.group(1) + ':' + o.group(2) + ':' + o.group(3)
    out[name] = entry
here = os.path.dirname(os.path.abspath(__file__))  # not a path of the machine that recorded
print(json.dumps(out, indent=1, sort_keys=True).replace(here, '/RECORDED'))
