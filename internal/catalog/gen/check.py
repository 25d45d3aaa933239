#!/usr/bin/env python3
"""Records what ansible-core's argument validation says: internal/catalog/testdata/check.json.

    /path/to/venv/bin/python internal/catalog/gen/check.py OUTPUT

For modules of ansible.builtin and some hand-made specifications, arguments are made up (with a fixed seed) and given to
ModuleArgumentSpecValidator; the coerced arguments, or the messages, are the expected values.
"""

import copy
import json
import multiprocessing
import os
import random
import sys

import facts
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.basic import env_fallback

VALUES = ['x', '', 'yes', 'no', 'True', 'False', 'on', '1', '0', '42', ' 7 ', '1_000', '1e3', '5.0', '5.5', 'a,b', 'a=1, b=2', 'a=1 b="x y"',
          '{"a": 1}', "{'a': [1, None, True]}", '{bad', 'k1=v1, k2', 'null', 'present', 'absent', '0644', 'u=rw', '/tmp/x', '10M', '1.5K', '3KB', '3Kb',
          'ünï', 1, 0, 42, -3, 1.0, 2.5, True, False, None, ['a', 'b'], [], [1, 2], ['present'], [{'a': 1}], {'a': 1}, {}, {'name': 'x'}, [['n']], 10**20]

HAND = {
    'hand.sub': dict(argument_spec=dict(
        name=dict(type='str', required=True, aliases=['n', 'nm']),
        opts=dict(type='dict', aliases=['o'], options=dict(
            a=dict(type='int', default=3), b=dict(type='bool', aliases=['bb']), c=dict(choices=['x', 'y', 'no']), p=dict(no_log=True),
            inner=dict(type='list', elements='dict', options=dict(k=dict(required=True), v=dict(type='float'), w=dict(type='list', elements='int')),
                       required_together=[['v', 'w']])),
            mutually_exclusive=[['a', 'b']], required_if=[['c', 'x', ['b']], ['c', 'y', ['b', 'p'], True]], required_by={'p': 'b'}),
        items=dict(type='list', elements='dict', options=dict(q=dict(type='int', required=True), r=dict(default='d'))),
        filled=dict(type='dict', apply_defaults=True, options=dict(z=dict(default='zz'), y=dict(type='int'))),
        num=dict(type='int', choices=[1, 2, 3]), flag=dict(type='bool', default=True), multi=dict(type='list', elements='str', choices=['a', 'b', 'c']),
        size=dict(type='bytes'), bits=dict(type='bits'), js=dict(type='json'), raw=dict(type='raw'), path=dict(type='path'), f=dict(type='float'),
        secret=dict(no_log=True), old=dict(removed_in_version='9.9', removed_from_collection='c.d')),
        mutually_exclusive=[['num', 'multi'], ['size', 'bits', 'js']], required_one_of=[['num', 'multi', 'raw']], required_together=[['f', 'flag2'], ['size', 'raw']],
        required_if=[['flag', False, ['path']], ['num', 2, ['f', 'js'], True]], required_by={'secret': ['path', 'f']}),
}


def spec_of(fqcn, queue):
    got = {}

    def init(self, argument_spec, bypass_checks=False, no_log=False, mutually_exclusive=None, required_together=None,
             required_one_of=None, add_file_common_args=False, supports_check_mode=False, required_if=None, required_by=None):
        if add_file_common_args:
            for k, v in facts.FILE_COMMON_ARGUMENTS.items():
                argument_spec.setdefault(k, v)
        got.update(argument_spec=argument_spec, mutually_exclusive=mutually_exclusive, required_together=required_together,
                   required_one_of=required_one_of, required_if=required_if, required_by=required_by)
        raise facts.Captured()

    facts.basic.AnsibleModule.__init__ = init
    import importlib
    out = sys.stdout
    sys.stdout = sys.stderr = open(os.devnull, 'w')
    try:
        importlib.import_module('ansible.modules.' + fqcn.split('.')[-1]).main()
    except BaseException:
        pass
    sys.stdout = out
    queue.put(record(fqcn, got) if got else [])


def clean(v):
    return json.loads(json.dumps(v, default=str))


def record(name, spec):
    rnd = random.Random(name)
    options = spec['argument_spec']
    for o in options.values():
        o.pop('fallback', None)
    cases = []
    for i in range(40 if not name.startswith('hand') else 700):
        args = {}
        for k, o in options.items():
            chance = 0.9 if o.get('required') else min(0.5, 4 / len(options))
            if rnd.random() < chance:
                key = rnd.choice([k] * 3 + list(o.get('aliases') or []))
                if o.get('choices') and rnd.random() < 0.7:
                    v = rnd.choice(list(o['choices']))
                elif o.get('options') and rnd.random() < 0.8:
                    v = [sub(rnd, o['options']) for _ in range(rnd.randint(0, 2))]
                    if o.get('type') == 'dict':
                        v = sub(rnd, o['options'])
                elif o.get('type', 'str') in ('str', 'path') and rnd.random() < 0.7:
                    v = 'text'
                else:
                    v = rnd.choice(VALUES)
                args[key] = copy.deepcopy(v)
        if rnd.random() < 0.05:
            args['no_such_option'] = 1
        cases.append(run(name, spec, args))
    return [c for c in cases if c]


def sub(rnd, options):
    d = {}
    for k, o in options.items():
        if rnd.random() < 0.6:
            if o.get('options') and rnd.random() < 0.9:
                v = [sub(rnd, o['options']) for _ in range(rnd.randint(0, 2))]
            elif o.get('choices') and rnd.random() < 0.8:
                v = rnd.choice(list(o['choices']))
            else:
                v = rnd.choice(VALUES)
            d[rnd.choice([k] * 3 + list(o.get('aliases') or []))] = copy.deepcopy(v)
    if rnd.random() < 0.04:
        d['bogus'] = 1
    return d


def run(name, spec, args):
    v = ArgumentSpecValidator(**copy.deepcopy(spec))
    try:
        r = v.validate(copy.deepcopy(args))
    except Exception:
        return None
    case = {'module': name, 'args': clean(args)}
    if r.error_messages:
        case['errors'] = r.error_messages
    else:
        case['result'] = clean(r.validated_parameters)
        case['warnings'] = len(r._warnings)
        case['deprecations'] = len(r._deprecations)
        case['no_log'] = sorted(str(x) for x in r._no_log_values)
    return case


def main():
    cases = []
    for f in sorted(os.listdir(os.path.join(facts.ROOT, 'modules'))):
        if not f.endswith('.py') or f in ('__init__.py', 'async_wrapper.py'):
            continue
        q = multiprocessing.Queue()
        p = multiprocessing.Process(target=spec_of, args=('ansible.builtin.' + f[:-3], q))
        p.start()
        try:
            cases += q.get(timeout=30)
        except Exception:
            pass
        p.join()
    specs = {}
    for name, spec in HAND.items():
        specs[name] = facts.level(spec['argument_spec'], spec)
        cases += record(name, copy.deepcopy(spec))
    with open(sys.argv[1], 'w') as f:
        f.write('{"made by": "internal/catalog/gen/check.py",\n"specs": %s,\n"cases": [\n' % json.dumps(specs))
        f.write(',\n'.join(json.dumps(c, ensure_ascii=False) for c in cases))
        f.write('\n]}\n')
    print(len(cases), sum('errors' in c for c in cases))


if __name__ == '__main__':
    main()
