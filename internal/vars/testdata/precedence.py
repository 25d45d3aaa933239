#!/usr/bin/env python3
"""Writes precedence/, a project in which variable v05, say, is defined at the levels up to number 5, and records which
definition ansible-core sees:  python3 precedence.py > precedence.json"""
import json
import os
import shutil
import subprocess

LEVELS = ['role defaults', "own role's defaults", 'inventory, group all', 'inventory groups', 'group_vars/all beside the inventory',
          'group_vars/all beside the playbook', 'group_vars beside the inventory', 'group_vars beside the playbook', 'inventory host',
          'host_vars beside the inventory', 'host_vars beside the playbook', 'facts', 'play vars', 'vars_files', 'role vars',
          "own role's vars", 'block vars', 'task vars', 'include_vars', 'set_fact and register', 'role parameters', 'include parameters',
          'extra vars']
os.chdir(os.path.dirname(os.path.abspath(__file__)))
shutil.rmtree('precedence', ignore_errors=True)


def defs(level):
    n = LEVELS.index(level)
    return {'v%02d' % k: level for k in range(n, len(LEVELS))}


def lines(level, indent=0):
    return ''.join('%s%s: "%s"\n' % (' ' * indent, k, v) for k, v in defs(level).items())


def write(path, text):
    path = os.path.join('precedence', path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, 'w').write(text)


write('play/roles/other/defaults/main.yml', lines('role defaults'))
write('play/roles/other/vars/main.yml', lines('role vars'))
write('play/roles/own/defaults/main.yml', lines("own role's defaults"))
write('play/roles/own/vars/main.yml', lines("own role's vars"))
write('play/roles/own/tasks/main.yml', '- include_tasks: show.yml\n  vars:\n' + lines('include parameters', 4))
write('play/roles/own/tasks/show.yml',
      '- block:\n    - name: show\n      debug:\n        msg: "{{ all_names | map(\'extract\', vars) | list }}"\n      vars:\n' +
      lines('task vars', 8) + '  vars:\n' + lines('block vars', 4))
write('inv/hosts', '[g]\nh ansible_connection=local ' + ' '.join('%s="\'%s\'"' % kv for kv in defs('inventory host').items()) +
      '\n[g:vars]\n' + ''.join('%s="%s"\n' % kv for kv in defs('inventory groups').items()) +
      '[all:vars]\n' + ''.join('%s="%s"\n' % kv for kv in defs('inventory, group all').items()))
for where, name in (('inv', 'inventory'), ('play', 'playbook')):
    write(where + '/group_vars/all.yml', lines('group_vars/all beside the ' + name))
    write(where + '/group_vars/g.yml', lines('group_vars beside the ' + name))
    write(where + '/host_vars/h.yml', lines('host_vars beside the ' + name))
write('play/files.yml', lines('vars_files'))
write('play/included.yml', lines('include_vars'))
write('play/extra.yml', lines('extra vars'))
write('play/site.yml', '- hosts: h\n  gather_facts: no\n  vars:\n    all_names: [%s]\n' % ', '.join('v%02d' % k for k in range(len(LEVELS))) +
      lines('play vars', 4) + '  vars_files: [files.yml]\n  pre_tasks:\n    - give_facts:\n' +
      '    - include_vars: included.yml\n    - set_fact:\n' + lines('set_fact and register', 8) +
      '  roles:\n    - other\n    - role: own\n' + lines('role parameters', 6))
write('play/library/give_facts.py', '#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n\n'
      'AnsibleModule({}).exit_json(ansible_facts=%r)\n' % defs('facts'))


def run(*options):
    p = subprocess.run(['ansible-playbook', '-i', 'precedence/inv/hosts', 'precedence/play/site.yml', *options], capture_output=True, text=True,
                       env=dict(os.environ, ANSIBLE_STDOUT_CALLBACK='json', ANSIBLE_DEPRECATION_WARNINGS='0', ANSIBLE_PYTHON_INTERPRETER='/usr/bin/python3'))
    plays = json.loads(p.stdout)['plays']
    for t in plays[0]['tasks']:
        if t['task']['name'] == 'own : show':
            return t['hosts']['h']['msg']
    raise SystemExit(p.stdout + p.stderr)


# Without the later steps of the play, the levels that they set are not there.
print(json.dumps({'levels': LEVELS, 'seen': run('-e', '@precedence/play/extra.yml'), 'without_extra': run()}, indent=1))
