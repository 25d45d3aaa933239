#!/usr/bin/env python3
"""Records what ansible-core's modules do: for each testdata/steps/NAME.yml it writes NAME.json beside it.

    /path/to/venv/bin/python internal/module/gen/steps.py [NAME...]

A file is a list of scenarios: files, links and dirs to begin with, and steps that run in order in one directory, @DIR@.
A step is a module with its arguments, and check and diff when they are wanted. The modules' own main() runs in a forked
process, as root with umask 022. Recorded are the result and what the directory holds afterwards. A step with `action: true`
goes through ansible-playbook, because it is the copy action that is meant.
"""

import importlib
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import traceback

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = os.path.join(HERE, '../testdata/steps')
BIN = os.path.dirname(sys.executable)
KNOWN = {'name', 'path', 'files', 'links', 'dirs', 'steps', 'modes', 'hardlinks'}


def setup(root, scenario):
    for d in scenario.get('dirs') or []:
        os.makedirs(os.path.join(root, d))
    for name, text in (scenario.get('files') or {}).items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(text.replace('@DIR@', root).encode('latin-1'))
    for name, target in (scenario.get('links') or {}).items():
        os.symlink(target.replace('@DIR@', root), os.path.join(root, name))
    for name, target in (scenario.get('hardlinks') or {}).items():
        os.link(os.path.join(root, target), os.path.join(root, name))
    for name, mode in (scenario.get('modes') or {}).items():
        os.chmod(os.path.join(root, name), int(mode, 8))


def tree(root):
    out = {}
    for base, dirs, files in os.walk(root):
        for n in dirs + files:
            p = os.path.join(base, n)
            st = os.lstat(p)
            rel = os.path.relpath(p, root)
            mode = '%04o' % stat.S_IMODE(st.st_mode)
            if stat.S_ISLNK(st.st_mode):
                out[rel] = 'link ' + os.readlink(p)
            elif stat.S_ISDIR(st.st_mode):
                out[rel] = 'dir ' + mode
            else:
                with open(p, 'rb') as f:
                    data = f.read()
                data = data.replace(root.encode(), b'@DIR@')
                out[rel] = 'file %s %d %s' % (mode, st.st_nlink, data.decode('latin-1'))
    return out


def run_module(name, args, check, diff, root, path=None):
    r, w = os.pipe()
    pid = os.fork()
    if pid:
        os.close(w)
        with os.fdopen(r) as f:
            text = f.read()
        os.waitpid(pid, 0)
        return json.loads(text)
    os.close(r)
    os.chdir(root)
    os.umask(0o022)
    if path:
        os.environ['PATH'] = os.path.join(root, path) + ':' + os.environ['PATH']
    out = io.StringIO()
    real_stdout = sys.stdout
    sys.stdout = out
    result = None
    try:
        from ansible.module_utils.testing import patch_module_args
        a = dict(args)
        a.update(_ansible_check_mode=check, _ansible_diff=diff, _ansible_module_name=name, _ansible_version='2.19', _ansible_no_log=True,
                 _ansible_remote_tmp='/tmp/.steps-tmp', _ansible_tmpdir=os.path.join('/tmp', os.path.basename(root) + '.tmp'))
        os.makedirs(a['_ansible_tmpdir'], exist_ok=True)
        with patch_module_args(a):
            importlib.import_module('ansible.modules.' + name.split('.')[-1]).main()
    except SystemExit:
        pass
    except BaseException as e:
        result = {'failed': True, 'msg': str(e), '_ansible_crash': True}
        if e.__cause__ is not None:
            result['_ansible_cause'] = str(e.__cause__)
    sys.stdout = real_stdout
    if result is None:
        result = json.loads(out.getvalue().strip().split('\n')[-1])
        for key in ('warnings', 'deprecations'):
            if key in result:
                result[key] = [w['event']['msg'] if isinstance(w, dict) and 'event' in w else w for w in result[key]]
        exc = result.pop('exception', None)
        if isinstance(exc, dict):
            event = exc.get('event') or {}
            chain = event.get('chain') or {}
            if chain:
                result['_ansible_cause'] = chain['event']['msg']
    with os.fdopen(w, 'w') as f:
        f.write(json.dumps(result))
    os._exit(0)


def run_action(name, args, check, diff, root):
    play = [{'hosts': 'localhost', 'gather_facts': False, 'tasks': [{name: args, 'register': 'r', 'ignore_errors': True}]}]
    if diff:
        play[0]['tasks'][0]['diff'] = True
    if check:
        play[0]['tasks'][0]['check_mode'] = True
    book = root + '.play.json'
    with open(book, 'w') as f:
        json.dump(play, f)
    env = dict(os.environ, ANSIBLE_STDOUT_CALLBACK='ansible.posix.json', ANSIBLE_LOCALHOST_WARNING='false', ANSIBLE_INVENTORY_UNPARSED_WARNING='false')
    p = subprocess.run([os.path.join(BIN, 'ansible-playbook'), book], capture_output=True, text=True, env=env, cwd=root)
    os.unlink(book)
    out = json.loads(p.stdout[p.stdout.index('{'):])
    r = out['plays'][0]['tasks'][0]['hosts']['localhost']
    for k in ('_ansible_no_log', 'action', 'exception', 'warnings'):
        r.pop(k, None)
    return r


def normal(v, root):
    if isinstance(v, str):
        v = v.replace(root + '.tmp', '@TMP@').replace(root, '@DIR@')
        v = re.sub(r'\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~', '.@BACKUP@', v)
        v = re.sub(r'/root/\.ansible/tmp/ansible-tmp-[\d.]+-\d+-\d+/', '@REMOTE@/', v)
        v = re.sub(r"(\.ansible_tmp|tmp|ansible\.)[a-z0-9_]{8}(?=[^a-z0-9_]|\b)", r'\1@RANDOM@', v)
        v = re.sub(r'Valid booleans include: .*', 'Valid booleans include: @WORDS@', v)
        return v
    if isinstance(v, list):
        return [normal(x, root) for x in v]
    if isinstance(v, dict):
        return {normal(k, root): normal(x, root) for k, x in v.items()}
    return v


def record(path):
    scenarios = yaml.safe_load(open(path))
    out = []
    for s in scenarios:
        if set(s) - KNOWN:
            sys.exit('%s: %s: unknown key' % (path, set(s) - KNOWN))
        root = tempfile.mkdtemp(prefix='steps')
        os.chmod(root, 0o755)
        setup(root, s)
        rec = {k: s[k] for k in s if k != 'steps'}
        rec['steps'] = []
        for step in s['steps']:
            step = dict(step)
            check, diff, action = step.pop('check', False), step.pop('diff', False), step.pop('action', False)
            (name, args), = step.items()
            real = json.loads(json.dumps(args or {}).replace('@DIR@', root))
            if action:
                result = run_action(name, real, check, diff, root)
            else:
                result = run_module(name, real, check, diff, root, s.get('path'))
            rec['steps'].append({'module': name, 'args': args or {}, 'check': check, 'diff': diff, 'action': action, 'result': normal(result, root),
                                 'tree': {normal(k, root): normal(v, root) for k, v in tree(root).items()}})
        shutil.rmtree(root)
        shutil.rmtree(root + '.tmp', ignore_errors=True)
        out.append(rec)
    with open(path[:-4] + '.json', 'w') as f:
        f.write(json.dumps(out, indent=1, sort_keys=True, ensure_ascii=False) + '\n')
    print(os.path.basename(path), sum(len(s['steps']) for s in out), 'steps')


def main():
    os.umask(0o022)
    os.environ['LANG'] = os.environ['LC_ALL'] = 'C.UTF-8'
    os.environ['HOME'] = '/root'
    names = sys.argv[1:] or sorted(f[:-4] for f in os.listdir(STEPS) if f.endswith('.yml'))
    for n in names:
        record(os.path.join(STEPS, n + '.yml'))


main()
