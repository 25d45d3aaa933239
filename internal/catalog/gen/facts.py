#!/usr/bin/env python3
"""Writes internal/catalog/data: facts about modules, read from an installed Ansible.

    /path/to/venv/bin/python internal/catalog/gen/facts.py internal/catalog/data

Facts are option names, types, choices, defaults, aliases, relations, names and types of return values, redirects and
action groups; no prose. They come from the argument_spec that a module hands to AnsibleModule (captured by running its
main with a patched AnsibleModule), else from its documentation. gen/modules.txt lists the collections' modules that are
embedded.
"""

import argparse
import ast
import importlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import zlib

import yaml
import ansible
import ansible.release
from ansible.module_utils import basic
from ansible.module_utils.basic import FILE_COMMON_ARGUMENTS, env_fallback

ROOT = os.path.dirname(ansible.__file__)
COLLECTIONS = os.path.join(os.path.dirname(ROOT), 'ansible_collections')
HERE = os.path.dirname(os.path.abspath(__file__))

RAW = {'command', 'shell', 'raw', 'script', 'win_command', 'win_shell', 'include_vars', 'include_tasks', 'include_role',
       'import_tasks', 'import_role', 'import_playbook', 'add_host', 'group_by', 'set_fact', 'meta', 'include'}
OPEN = {'ansible.builtin.set_fact', 'ansible.builtin.add_host'}


class Captured(BaseException):
    pass


def capture(fqcn, queue):
    """Runs a module's main up to AnsibleModule(...) and sends the arguments."""
    sys.stdout = sys.stderr = open(os.devnull, 'w')
    got = {}

    def init(self, argument_spec, bypass_checks=False, no_log=False, mutually_exclusive=None, required_together=None,
             required_one_of=None, add_file_common_args=False, supports_check_mode=False, required_if=None, required_by=None):
        if add_file_common_args:
            for k, v in FILE_COMMON_ARGUMENTS.items():
                argument_spec.setdefault(k, v)
        got.update(spec=argument_spec, me=mutually_exclusive, rt=required_together, ro=required_one_of, ri=required_if,
                   rb=required_by, fc=bool(add_file_common_args), ck=bool(supports_check_mode))
        raise Captured()

    basic.AnsibleModule.__init__ = init
    ns, coll, name = fqcn.split('.', 2)
    if (ns, coll) == ('ansible', 'builtin'):
        mod = 'ansible.modules.' + name
    else:
        mod = 'ansible_collections.%s.%s.plugins.modules.%s' % (ns, coll, name)
    try:
        m = importlib.import_module(mod)
        m.main()
    except Captured:
        pass
    except BaseException:
        pass
    if not got:
        queue.put(None)
        return
    out = level(got.pop('spec'), got)
    out['fc'], out['ck'] = int(got['fc']), int(got['ck'])
    queue.put(json.dumps(out))


def plain(v):
    if isinstance(v, (str, int, float, bool)) or v is None:
        return v
    if isinstance(v, (list, tuple, set, frozenset)):
        return [plain(x) for x in v]
    if isinstance(v, dict) or hasattr(v, 'keys'):
        return {str(k): plain(v[k]) for k in v.keys()}
    return str(v)


def relations(src):
    out = {}
    for key, names in (('me', ('me', 'mutually_exclusive')), ('rt', ('rt', 'required_together')), ('ro', ('ro', 'required_one_of'))):
        for n in names:
            if src.get(n):
                out[key] = [list(x) if not isinstance(x, str) else [x] for x in src[n]]
    for n in ('ri', 'required_if'):
        if src.get(n):
            out['ri'] = [[r[0], plain(r[1]), list(r[2]), bool(r[3]) if len(r) > 3 else False] for r in src[n]]
    for n in ('rb', 'required_by'):
        if src.get(n):
            out['rb'] = [[k, [v] if isinstance(v, str) else list(v)] for k, v in src[n].items()]
    return out


def level(spec, src):
    out = {'o': [option(k, v) for k, v in spec.items()]}
    out.update(relations(src))
    return out


def option(name, spec):
    o = {'n': name}
    t = spec.get('type') or 'str'
    if callable(t):
        t = 'raw'
    if t != 'str':
        o['t'] = t
    e = spec.get('elements')
    if e:
        o['e'] = e if not callable(e) else 'raw'
    if spec.get('required'):
        o['r'] = 1
    if spec.get('default') is not None:
        o['d'] = plain(spec['default'])
    if spec.get('choices') is not None:
        o['c'] = plain(list(spec['choices']))
    if spec.get('aliases'):
        o['a'] = list(spec['aliases'])
    if spec.get('deprecated_aliases'):
        o['da'] = [[d.get('name'), d.get('version') or '', str(d.get('date') or ''), d.get('collection_name') or ''] for d in spec['deprecated_aliases']]
    if spec.get('no_log'):
        o['nl'] = 1
    fallback = spec.get('fallback')
    if fallback and fallback[0] is env_fallback:
        o['f'] = [x for part in fallback[1:] if isinstance(part, (list, tuple)) for x in part]
    if spec.get('removed_in_version'):
        o['rv'] = str(spec['removed_in_version'])
    if spec.get('removed_at_date'):
        o['rd'] = str(spec['removed_at_date'])
    if spec.get('removed_from_collection'):
        o['rc'] = spec['removed_from_collection']
    if spec.get('apply_defaults'):
        o['ad'] = 1
    if spec.get('options') is not None:
        o.update(level(spec['options'], spec))
    return o


def from_docs(options):
    out = []
    for name, d in (options or {}).items():
        if name == 'free_form' or name == 'free-form':
            continue
        o = {'n': name}
        t = d.get('type') or 'str'
        if t != 'str':
            o['t'] = t
        if d.get('elements'):
            o['e'] = d['elements']
        if d.get('required') is True:
            o['r'] = 1
        elif d.get('default') is not None:
            o['d'] = plain(d['default'])
        if d.get('choices') is not None:
            o['c'] = plain(list(d['choices']))
        if d.get('aliases'):
            o['a'] = list(d['aliases'])
        if d.get('suboptions'):
            o['o'] = from_docs(d['suboptions'])
        out.append(o)
    return out


def action_relations(name):
    """The relations that an action plugin of ansible.builtin checks, where they are written as literals."""
    path = os.path.join(ROOT, 'plugins/action', name + '.py')
    try:
        tree = ast.parse(open(path).read())
    except OSError:
        return {}
    out = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, 'attr', '') == 'validate_argument_spec':
            kw = {}
            for k in node.keywords:
                try:
                    kw[k.arg] = ast.literal_eval(k.value)
                except ValueError:
                    pass
            out.update(relations(kw))
            if isinstance(kw.get('argument_spec'), dict):
                out['o'] = [option(k, v) for k, v in kw['argument_spec'].items()]
    return out


def returns(ret):
    out = []
    for name, d in (ret or {}).items():
        if isinstance(d, dict):
            r = [name, d.get('type') or '']
            if d.get('contains'):
                r.append(returns(d['contains']))
            out.append(r)
    return out


def docs(names):
    env = dict(os.environ, ANSIBLE_COLLECTIONS_PATH=os.path.dirname(COLLECTIONS), HOME='/nonexistent', ANSIBLE_HOME='/tmp/facts-home')
    out = {}
    for i in range(0, len(names), 60):
        part = names[i:i + 60]
        p = subprocess.run([os.path.join(os.path.dirname(sys.executable), 'ansible-doc'), '-t', 'module', '--json'] + part,
                           capture_output=True, text=True, env=env)
        if p.stdout:
            out.update(json.loads(p.stdout))
        elif len(part) == 1:
            print(p.stderr.strip()[:200], file=sys.stderr)
        else:
            for name in part:  # one module without documentation hides the others
                out.update(docs([name]))
    return out


def notice(d):
    if not d:
        return None
    return [str(d.get('removal_version') or d.get('version') or d.get('removed_in') or ''), str(d.get('removal_date') or d.get('removed_at_date') or '')]


def routing(collection):
    if collection == 'ansible.builtin':
        path = os.path.join(ROOT, 'config/ansible_builtin_runtime.yml')
    else:
        path = os.path.join(COLLECTIONS, collection.replace('.', '/'), 'meta/runtime.yml')
    try:
        data = yaml.safe_load(open(path)) or {}
    except OSError:
        return {}
    out = {'modules': {}, 'groups': {}}
    route = data.get('plugin_routing') or {}
    for kind in ('modules', 'action'):
        for name, r in (route.get(kind) or {}).items():
            e = out['modules'].setdefault(name, {})
            if r.get('redirect') and kind == 'modules':
                e['to'] = r['redirect']
            if r.get('deprecation'):
                e['dep'] = notice(r['deprecation'])
            if r.get('tombstone'):
                e['tomb'] = notice(r['tombstone'])
            if kind == 'action' and r.get('redirect'):
                e['act'] = r['redirect']
            if kind == 'modules' and r.get('action_plugin'):
                e['act'] = r['action_plugin']
            if not e:
                del out['modules'][name]
    for group, members in (data.get('action_groups') or {}).items():
        names, extend = [], []
        for m in members:
            if isinstance(m, dict):
                extend += (m.get('metadata') or {}).get('extend_group') or []
            else:
                names.append(m)
        out['groups'][group] = {'m': names, 'x': extend} if extend else {'m': names}
    return {k: v for k, v in out.items() if v}


def route_lines(r):
    """The routing of a collection as text: see readRuntime in routing.go."""
    lines = []
    for name, e in sorted((r.get('modules') or {}).items()):
        words = [name]
        for key in ('to', 'act'):
            if e.get(key):
                words.append('%s=%s' % (key, e[key]))
        for key in ('dep', 'tomb'):
            if e.get(key):
                words.append('%s=%s' % (key, ','.join(e[key])))
        lines.append(' '.join(words))
    for name, g in sorted((r.get('groups') or {}).items()):
        lines.append(' '.join(['@' + name] + g['m'] + ['+' + x for x in g.get('x') or []]))
    return '\n'.join(lines)


def fragments():
    """Options of the documentation fragments that ansible-core brings, for collections that extend them."""
    out = {}
    folder = os.path.join(ROOT, 'plugins/doc_fragments')
    for f in sorted(os.listdir(folder)):
        if not f.endswith('.py') or f.startswith('_'):
            continue
        m = importlib.import_module('ansible.plugins.doc_fragments.' + f[:-3])
        for attr in dir(m.ModuleDocFragment):
            text = getattr(m.ModuleDocFragment, attr)
            if attr.isupper() and isinstance(text, str):
                try:
                    doc = yaml.safe_load(text) or {}
                except yaml.YAMLError:
                    continue
                o = from_docs(doc.get('options'))
                name = f[:-3] + ('' if attr == 'DOCUMENTATION' else '.' + attr.lower())
                if o:
                    out[name] = o
    return out


def has_code(fqcn):
    """Tells whether a module has code of its own, or is only the documentation of an action."""
    ns, coll, name = fqcn.split('.', 2)
    if (ns, coll) != ('ansible', 'builtin'):
        base = os.path.join(COLLECTIONS, ns, coll, 'plugins/modules', name.replace('.', '/'))
        for ext in ('.py', '.ps1'):
            if os.path.exists(base + '.ps1'):
                return True
            if os.path.exists(base + '.py'):
                text = open(base + '.py').read()
                return 'def main' in text or '__main__' in text
        return True
    text = open(os.path.join(ROOT, 'modules', name + '.py')).read()
    return '__main__' in text or 'AnsibleModule(' in text


def has_action(fqcn):
    ns, coll, name = fqcn.split('.', 2)
    if (ns, coll) == ('ansible', 'builtin'):
        return os.path.exists(os.path.join(ROOT, 'plugins/action', name + '.py'))
    return os.path.exists(os.path.join(COLLECTIONS, ns, coll, 'plugins/action', name.split('.')[-1] + '.py'))


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--only', help='make the facts of this collection only')
    p.add_argument('output')
    a = p.parse_args()
    names = ['ansible.builtin.' + f[:-3] for f in sorted(os.listdir(os.path.join(ROOT, 'modules'))) if f.endswith('.py') and f not in ('__init__.py', 'async_wrapper.py')]
    with open(os.path.join(HERE, 'modules.txt')) as f:
        names += [line.strip() for line in f if line.strip() and not line.startswith('#')]
    names = sorted(n for n in set(names) if not a.only or n.startswith(a.only + '.'))
    documented = docs(names)
    by_collection = {}
    for fqcn in names:
        doc = documented.get(fqcn)
        if doc is None:
            print('no documentation:', fqcn, file=sys.stderr)
            continue
        d = doc['doc']
        coll, short = '.'.join(fqcn.split('.')[:2]), fqcn.split('.', 2)[2]
        queue = multiprocessing.Queue()
        spec = None
        code = has_code(fqcn)
        if code:
            proc = multiprocessing.Process(target=capture, args=(fqcn, queue))
            proc.start()
            try:
                text = queue.get(timeout=60)
                spec = json.loads(text) if text else None
            except Exception:
                pass
            proc.join(5)
            if proc.is_alive():
                proc.kill()
        e = {'n': short}
        if spec:
            e.update({k: v for k, v in spec.items() if v})
        else:
            e['o'] = from_docs(d.get('options'))
            e['doc'] = 1
            if coll == 'ansible.builtin':
                literal = action_relations(short)
                documented_names = {o['n']: o for o in e['o']}
                for o in literal.pop('o', []):
                    documented_names[o['n']] = o
                e['o'] = list(documented_names.values())
                e.update(literal)
        attributes = d.get('attributes') or {}
        if (attributes.get('check_mode') or {}).get('support') in ('full', 'partial'):
            e['ck'] = 1
        if (attributes.get('diff_mode') or {}).get('support') in ('full', 'partial'):
            e['df'] = 1
        if short in RAW:
            e['ff'] = '_raw_params'
            if not any(o['n'] == '_raw_params' for o in e['o']):
                e['o'].append({'n': '_raw_params'})
        if fqcn in OPEN:
            e['op'] = 1
            e['o'] = [o for o in e['o'] if o['n'] != 'key_value']
        if has_action(fqcn) or not code:
            e['ap'] = 1
        if not code:
            e['ac'] = 1
        if d.get('deprecated'):
            e['dep'] = notice(d['deprecated'])
        r = returns(doc.get('return'))
        if r:
            e['ret'] = r
        by_collection.setdefault(coll, []).append(e)
    files = {}
    index = {}
    for coll, entries in sorted(by_collection.items()):
        lines = [json.dumps(e, separators=(',', ':'), sort_keys=True) for e in entries]
        files[coll + '.z'] = zlib.compress('\n'.join(lines).encode(), 9)
        index[coll] = [e['n'] + ('!' if e.get('ac') else '') for e in entries]
    os.makedirs(a.output, exist_ok=True)
    shutil.rmtree(a.output)
    os.makedirs(a.output)
    for name, content in files.items():
        with open(os.path.join(a.output, name), 'wb') as f:
            f.write(content)
    with open(os.path.join(a.output, 'names.txt'), 'w') as f:
        f.write('# made by internal/catalog/gen/facts.py from ansible-core %s; ! marks what runs on the controller only\n' % ansible.release.__version__)
        for coll, short in index.items():
            f.write('%s %s\n' % (coll, ' '.join(short)))
    os.makedirs(os.path.join(a.output, 'route'))
    for coll in ['ansible.builtin'] + sorted(index):
        text = route_lines(routing(coll))
        if text:
            with open(os.path.join(a.output, 'route', coll + '.z'), 'wb') as f:
                f.write(zlib.compress(text.encode(), 9))
    with open(os.path.join(a.output, 'fragments.z'), 'wb') as f:
        f.write(zlib.compress(json.dumps(fragments(), separators=(',', ':'), sort_keys=True).encode(), 9))
    captured = sum(1 for es in by_collection.values() for e in es if not e.get('doc'))
    total = sum(len(es) for es in by_collection.values())
    size = sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(a.output) for f in fs)
    print('%d modules in %d collections, %d with their argument_spec, %d bytes' % (total, len(index), captured, size))


if __name__ == '__main__':
    main()
