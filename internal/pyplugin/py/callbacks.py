"""Callback plugins: which there are, and the events of a run for them.

Plays, tasks, hosts and results are made as objects of the user's ansible-core of what the Go side says about them; what
it has to look up for that (variables, groups of a host) it is asked for when a plugin uses it. Dispatch, censoring and
the treatment of errors are ansible-core's own.
"""
import re
import sys
import threading

import core
from entities import host
from rehearse_host import call, local, method, setup

from ansible import constants as C
from ansible import context
from ansible.executor.stats import AggregateStats
from ansible.executor.task_queue_manager import TaskQueueManager
from ansible.executor.task_result import _RawTaskResult
from ansible.playbook import Playbook
from ansible.playbook.block import Block
from ansible.playbook.handler import Handler
from ansible.playbook.handler_task_include import HandlerTaskInclude
from ansible.playbook.included_file import IncludedFile
from ansible.playbook.play import Play
from ansible.playbook.play_context import PlayContext
from ansible.playbook.role import Role
from ansible.playbook.role_include import IncludeRole
from ansible.playbook.task import Task
from ansible.playbook.task_include import TaskInclude
from ansible.plugins.loader import callback_loader
from ansible.utils.sentinel import Sentinel
from ansible._internal._datatag._tags import Origin
from ansible._internal._errors._error_factory import ControllerEventFactory
from ansible.errors import AnsibleError
from ansible.module_utils._internal import _messages

_manager = None  # the TaskQueueManager that holds the callbacks
_groups = []  # callbacks that the Go side calls together
_play = None
_tasks = {}
_roles = {}


# ---- loading

class _Loading(TaskQueueManager):
    """A TaskQueueManager that starts nothing."""

    def __init__(self, stdout, additional, tree):
        self._callback_plugins = []
        self._stdout_callback_name = stdout
        self._run_additional_callbacks = additional
        self._run_tree = tree
        self._callback_lock = threading.Lock()
        self._stats = AggregateStats()
        self._variable_manager = _VariableManager()


@method
def load(args):
    """Load the callbacks of the run: in their order, [name, methods] of each, None for methods of one that is the Go side's.

    args: stdout, additional, tree as TaskQueueManager has them; native: full names of those that the Go side has itself.
    """
    global _manager
    _manager = _Loading(args['stdout'], args['additional'], args['tree'])
    native = set(args['native'])
    quiet, core.display.verbosity = core.display.verbosity, min(core.display.verbosity, args['verbosity'])
    try:
        _manager.load_callbacks()
    finally:
        core.display.verbosity = quiet
    out = []
    del _groups[:]
    for plugin in _manager._callback_plugins:
        if plugin.ansible_name in native:
            out.append([plugin.ansible_name, None])
            continue
        if plugin.wants_implicit_tasks:
            core.display.warning('The callback plugin %r wants to hear of implicit tasks; it hears of written ones only.' % str(plugin._load_name))
        wanted = sorted(plugin._implemented_callback_methods)
        if out and out[-1][1] is not None:
            _groups[-1].append(plugin)
            out[-1][1] = sorted(set(out[-1][1]) | set(wanted))
        else:
            _groups.append([plugin])
            out.append([plugin.ansible_name, wanted])
    return out


# ---- objects

class _VariableManager:
    """What callbacks use of the variable manager."""

    @property
    def extra_vars(self):
        return call('extra_vars')

    _extra_vars = extra_vars

    def get_vars(self, play=None, host=None, task=None, **kwargs):
        return call('vars', {'host': host.name if host else None})


def _origin(where):
    if not where:
        return None
    path, line, col = where
    return Origin(path=path, line_num=line or None, col_num=col or None) if path.startswith('/') else Origin(description=path)


def _assign(obj, fields):
    for name, value in fields.items():
        attribute = obj.fattributes.get(name)
        if attribute is not None:
            if attribute.isa == 'list' and not isinstance(value, list):
                value = [] if value is None else [value]
            setattr(obj, '_' + name, value)


def _role(given):
    key = given['name'], given['path']
    role = _roles.get(key)
    if role is None:
        role = _roles[key] = Role()
        collection, dot, name = given['name'].rpartition('.')
        role._role_name = name if collection.count('.') == 1 else given['name']
        role._role_collection = collection if collection.count('.') == 1 else None
        role._role_path = given['path']
    return role


_classes = {'task': Task, 'handler': Handler, 'include_tasks': TaskInclude, 'include_handlers': HandlerTaskInclude, 'include_role': IncludeRole}


def task(given):
    """The task that the Go side describes; the same one for the same identifier, with what is new about it."""
    t = _tasks.get(given['uuid'])
    if t is None:
        cls = _classes[given['kind']]
        t = cls()
        t._uuid = given['uuid']
        t.implicit = given['implicit']
        t._parent = Block(play=_play)
        t._origin = _origin(given['origin'])
        t._ds = given['ds']
        if given['role']:
            t._role = _role(given['role'])
            if cls is IncludeRole:
                t._parent_role = t._role
        if cls is IncludeRole:
            t._role_name = given['args'].get('name', given['args'].get('role'))
        _assign(t, given['fields'])
        t._resolved_action = given['resolved']
        _tasks[given['uuid']] = t
    t._name = given['name']
    t._action = given['action']
    t._args = given['args']
    t._no_log = given['no_log']
    t._check_mode = given['check_mode']
    t._diff = given['diff']
    t._delegate_to = given['delegate_to']
    t._ignore_unreachable = given['ignore_unreachable']
    return t


def _exception(links):
    """An exception that tells what a chain of faults of the Go side tells."""
    ex = None
    for link in reversed(links):
        outer = AnsibleError(link['msg'], obj=_origin(link['origin']), help_text=link['help'] or None)
        if ex is not None:
            outer.__cause__ = ex
        ex = outer
    return ex


def _event(links):
    return ControllerEventFactory.from_exception(_exception(links), False)


_removal = re.compile(r'(?:This feature|It) (?:will be|was) removed(?: from (?P<what>.+?))?(?: version (?P<version>\S+?)| in a release after (?P<date>\S+?)| in a future release)?\.?$')


def _deprecation(given):
    when = _removal.search(given['when'] or '')
    info = {}
    if when:
        what = (when['what'] or '').strip()
        named = re.search(r"'([^']+)'", what)
        kinds = {str(k.value): k for k in _messages.PluginType}
        kind = next((kinds[w] for w in re.findall(r'\w+', what) if w in kinds), None)
        if 'ansible-core' in what and not named:
            deprecator = _messages.PluginInfo(resolved_name='ansible.builtin', type=None)
        elif named:
            deprecator = _messages.PluginInfo(resolved_name=named[1], type=kind)
        else:
            deprecator = None
        info = {'version': when['version'], 'date': when['date'], 'deprecator': deprecator}
    return _messages.DeprecationSummary(event=_event(given['links']), **info)


def result(given):
    t = task(given['task'])
    data = given['data']
    for name in ('exception', 'warnings', 'deprecations'):
        data.pop(name, None)
    if given['fault']:
        data['exception'] = _messages.ErrorSummary(event=_event(given['fault']))
    if given['warnings']:
        data['warnings'] = [_messages.WarningSummary(event=_event(w)) for w in given['warnings']]
    if given['deprecations']:
        data['deprecations'] = [_deprecation(d) for d in given['deprecations']]
    fields = {name: getattr(t, '_' + name, None) for name in t.fattributes}
    fields = {k: None if v is Sentinel else v for k, v in fields.items()}
    fields.update(given['fields'])
    return _RawTaskResult(host(given['host']), t, data, fields)


# ---- events

def _play_of(given):
    global _play
    play = Play()
    play._uuid = given['uuid']
    play._origin = _origin(given['origin'])
    play._variable_manager = _manager._variable_manager
    play._loader = core.data_loader()
    _assign(play, given['fields'])
    play._name = given['name']
    play._hosts = given['hosts']
    play._strategy = given['strategy']
    play._check_mode = given['check_mode']
    play._tags = given['tags']
    play.ROLE_CACHE = {}
    _play = play
    _tasks.clear()
    return play


def _stats(given):
    s = AggregateStats()
    for h in given['hosts']:
        name = h['host']
        s.processed[name] = 1
        for what in ('ok', 'failures', 'dark', 'changed', 'skipped', 'rescued', 'ignored'):
            if h[what]:
                getattr(s, what)[name] = h[what]
    s.custom.update(given['custom'])
    return s


def _playbook(given):
    pb = Playbook(core.data_loader())
    pb._file_name, pb._basedir = given['file'], given['basedir']
    return pb


def _included(given):
    t = task(given['task'])
    inc = IncludedFile(given['file'], given['args'], given['vars'], t, is_role=given['role'])
    inc._hosts = [host(n) for n in given['hosts']]
    return inc


def _arguments(name, given):
    """The arguments of a callback method, positional and by name."""
    if name == 'v2_playbook_on_start':
        return (_playbook(given),), {}
    if name == 'v2_playbook_on_play_start':
        return (_play_of(given),), {}
    if name in ('v2_playbook_on_no_hosts_matched', 'v2_playbook_on_no_hosts_remaining'):
        return (), {}
    if name == 'v2_playbook_on_task_start':
        return (task(given['task']),), {'is_conditional': False}
    if name == 'v2_playbook_on_handler_task_start':
        return (task(given['task']),), {}
    if name == 'v2_runner_on_start':
        return (host(given['host']), task(given['task'])), {}
    if name == 'v2_playbook_on_notify':
        return (task(given['task']), host(given['host'])), {}
    if name == 'v2_playbook_on_include':
        return (_included(given),), {}
    if name == 'v2_playbook_on_stats':
        return (_stats(given),), {}
    if name == 'v2_playbook_on_vars_prompt':
        return tuple(given['arguments']), {}
    if name == 'v2_runner_on_failed':
        return (result(given),), {'ignore_errors': given['ignored']}
    return (result(given),), {}


class _Direct:
    """sys.stdout and sys.stderr while callbacks run: what they print goes out at once."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def write(self, text):
        if getattr(local, 'direct', False) and isinstance(text, str):
            from rehearse_host import note
            note('raw', {'stream': self._stream._name, 'text': text})
            return len(text)
        return self._stream.write(text)

    def flush(self):
        pass

    def isatty(self):
        return bool(setup.get('tty'))


sys.stdout, sys.stderr = _Direct(sys.stdout), _Direct(sys.stderr)


@method
def event(args):
    """Tell a group of callbacks of one event."""
    name, given = args['method'], args['args']
    positional, named = _arguments(name, given)
    local.direct = True
    everybody = _manager._callback_plugins
    _manager._callback_plugins = _groups[args['group']]
    try:
        if name == 'v2_playbook_on_play_start':
            play_context = PlayContext(positional[0], {}, None)
            for plugin in _manager._callback_plugins:
                plugin.set_play_context(play_context)
        _manager.send_callback(name, *positional, **named)
    finally:
        _manager._callback_plugins = everybody
        local.direct = False
