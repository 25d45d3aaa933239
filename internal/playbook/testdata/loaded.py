#!/usr/bin/env python3
"""Records how ansible-core loads loaded/site.yml:  python3 loaded.py > loaded.json"""
import json
import os
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'loaded'))
os.environ.update(ANSIBLE_ROLES_PATH='/nonexistent', ANSIBLE_COLLECTIONS_PATH='/nonexistent', ANSIBLE_DEPRECATION_WARNINGS='0', HOME='/nonexistent')
from ansible import context
from ansible.module_utils.common.collections import ImmutableDict

context.CLIARGS = ImmutableDict(tags=['all'], skip_tags=[], check=False, diff=False)
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook import Playbook
from ansible.playbook.block import Block
from ansible.plugins.loader import init_plugin_loader
from ansible.vars.manager import VariableManager

init_plugin_loader()
loader = DataLoader()
inventory = InventoryManager(loader, sources=['all,'])
vm = VariableManager(loader, inventory)


def plain(v):
    if isinstance(v, dict):
        return {str(k): plain(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    return v if isinstance(v, (bool, int, float)) or v is None else str(v)


def walk(items, out):
    for t in items:
        if isinstance(t, Block):
            for part in (t.block, t.rescue, t.always):
                walk(part, out)
            continue
        rel = [os.path.relpath(p) for p in t.get_search_path()]
        out.append(plain({
            'name': t.get_name() if not hasattr(t, '_role_name') else '%s' % (t.name or t.action), 'action': t.action, 'args': t.args, 'when': [w for w in t.when if w is not True],
            'tags': sorted(set(t.tags)), 'become': t.become, 'become_user': t.become_user, 'environment': t.environment or [],
            'no_log': t.no_log, 'ignore_errors': t.ignore_errors, 'remote_user': t.remote_user, 'implicit': t.implicit,
            'vars': t.get_vars(), 'search': rel if not t.implicit else [], 'loop_with': t.loop_with, 'loop': t.loop, 'delegate_to': t.delegate_to,
        }))
    return out


plays = []
for play in Playbook.load('site.yml', vm, loader).get_plays():
    plays.append({
        'name': play.get_name(), 'vars': plain(play.vars), 'tasks': walk(play.compile(), []),
        'handlers': walk(play.compile_roles_handlers() + play.handlers, []),
        'roles': [{'name': r.get_name(), 'public': r.public, 'defaults': plain(r.get_default_vars()), 'vars': plain(r.get_vars()),
                   'params': plain(r.get_role_params())} for r in play.roles],
    })
here = os.path.dirname(os.path.abspath(__file__))  # not a path of the machine that recorded
print(json.dumps(plays, indent=1, sort_keys=True).replace(here, '/RECORDED'))
