#!/usr/bin/env python3
"""Records how ansible-core reads sources/ and bad/, and which hosts patterns name:  python3 record.py > recorded.json"""
import io
import json
import os
import sys

os.chdir(os.path.dirname(os.path.abspath(__file__)))
os.environ.update(ANSIBLE_NOCOLOR='1', HOME='/nonexistent', ANSIBLE_DEPRECATION_WARNINGS='0')

from ansible.inventory.manager import InventoryManager, split_host_pattern
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.utils import display as display_module

init_plugin_loader()
messages = []
D = display_module.Display
D.warning = lambda self, msg, *a, **k: messages.append(str(msg))
D.error_as_warning = lambda self, msg, exception, *a, **k: messages.append(chain(msg, exception))
D.deprecated = lambda self, msg, *a, **k: None


def chain(msg, ex):
    parts = [msg.rstrip('.')]
    while ex is not None:
        text = getattr(ex, '_original_message', None) or str(ex)
        parts.append(text)
        ex = ex.__cause__
    return ' | '.join(parts)


def plain(v):
    if isinstance(v, dict):
        return {str(k): plain(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    if isinstance(v, (bool, int, float)) or v is None:
        return v
    return str(v)


SKIP = ('inventory_file', 'inventory_dir')


def dump(inv):
    return {
        'hosts': [h.name for h in inv.hosts.values()],
        'vars': {h.name: plain({k: v for k, v in h.vars.items() if k not in SKIP}) for h in inv.hosts.values()},
        'groups': {g.name: {'depth': g.depth, 'priority': g.priority, 'vars': plain(g.vars), 'children': [c.name for c in g.child_groups],
                            'direct': [h.name for h in g.hosts], 'hosts': sorted(h.name for h in g.get_hosts())}
                   for g in inv.groups.values()},
        'group_names': {h.name: sorted(g.name for g in h.get_groups()) for h in inv.hosts.values()},
    }


PATTERNS = '''all
*
a
a*
a1
a:b
a,b
a:&b
a:!b
!a
&a
!a:&c
c:!a1
c[0]
c[1]
c[-1]
c[0:1]
c[1:]
c[0:0]
c[9]
c[2:9]
a[0],b[0]
d:e[0]
~a[12]
~^(a|b)
~.*1$
~(
?1
[ab]1
[!a]1
[a-b]*
*1
u*
ungrouped
localhost
127.0.0.1
::1
nosuch
nosuch*
a1,a1
b,a
a : b
  a
a;b
a,
,
e1:!e1
first,last
z
z:!d
*:!a*:!b*
a1[0]
*[0]
c*[1]
all[0]
all[-1]
all[2:4]
all[1-2]
~a[0]
a1.b
[a]1:[b]1
a[0:1]:b[0]
'''.splitlines()

out = {'sources': {}, 'bad': {}, 'patterns': {}, 'ranges': {}}
for kind in ('sources', 'bad'):
    for name in sorted(os.listdir(kind)):
        messages.clear()
        inv = InventoryManager(DataLoader(), [os.path.join(kind, name)])
        out[kind][name] = dump(inv) if kind == 'sources' else {}
        out[kind][name]['messages'] = [m.replace(os.getcwd() + '/', '') for m in messages]
for source, key in (('groups.ini', 'patterns'), ('ranges.ini', 'ranges')):
    inv = InventoryManager(DataLoader(), [os.path.join('sources', source)])
    patterns = PATTERNS if key == 'patterns' else ['web*', 'web[1:3]', 'web1', '192.168.0.1', '192.168.0.*', '2001:db8::2', '[2001:db8::1]', 'n1a:n2b', 'r[0:2]',
                                                   'web01,web1', 'x?', 'localhost', 'localhost:127.0.0.1', 'host', 'Ünï', '*example*', 'web00[13]*']
    for p in patterns:
        inv = InventoryManager(DataLoader(), [os.path.join('sources', source)])
        messages.clear()
        try:
            out[key][p] = {'split': split_host_pattern(p), 'hosts': [h.name for h in inv.get_hosts(p)]}
        except Exception as ex:
            out[key][p] = {'error': str(ex)}
        if messages:
            out[key][p]['messages'] = list(messages)
print(json.dumps(out, indent=1, sort_keys=True, ensure_ascii=False))
