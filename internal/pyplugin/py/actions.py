"""Action plugins. The plugin runs here, with the classes of the user's ansible-core around it; whatever it wants done on
the host (a module, a command, a file) is asked of the Go side, which has the connection.

Questions: execute_module, exec, put, fetch, reset, and those for variables. Notes before the answer: "warnings" (what
the action warned of), "contribution" (what an exception adds to the task's result).
"""
import json
import pickle
import threading

import core
from rehearse_host import call, method, note

from ansible import constants as C
from ansible._internal import _display_utils
from ansible._internal._errors import _captured, _error_utils
from ansible._internal._task import TaskContext
from ansible.errors import AnsibleError
from ansible.executor.task_executor import TaskExecutor
from ansible.module_utils._internal import _messages
from ansible.module_utils.common.text.converters import to_bytes, to_text
from ansible.playbook.block import Block
from ansible.playbook.play import Play
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import action_loader, connection_loader
from ansible.template import Templar

_lock = threading.RLock()
_block = None


def _parent():
    """The block and play that every task is put into: nothing is inherited from them, the Go side has done that."""
    global _block
    with _lock:
        if _block is None:
            play = Play()
            play._action_groups, play._group_actions = {}, {}
            _block = Block(play=play)
        return _block


class _Role:
    """What plugins look at of the role that a task is in."""

    def __init__(self, given):
        self._role_name = self._role_path = None
        self.__dict__.update({'_' + k: v for k, v in given.items()})
        self._metadata = None

    def get_name(self, include_role_fqcn=True):
        return self._role_name

    def get_role_path(self):
        return self._role_path

    def __repr__(self):
        return self._role_name


class _Task(Task):
    _files = ('', ())  # the file that the task is in, the folders in which its files are looked for

    def get_path(self):
        return self._files[0]

    def get_search_path(self):
        return list(self._files[1])

    def copy(self, *args, **kwargs):
        new = super().copy(*args, **kwargs)
        new._files = self._files
        return new


class _DelegatedVariables(core.Variables):
    """The variables of the host that the task is delegated to."""

    _scope = 'delegated_'


def _task(given):
    task = _Task(block=_parent())
    for name, value in given['attributes'].items():
        setattr(task, name, value)
    if given.get('role'):
        task._role = _Role(given['role'])
    task._files = given['path'], given['search']
    task._resolved_action = given['resolved']
    return task


def _play_context(given):
    context = PlayContext()
    for name, value in given.items():
        setattr(context, name, value)
    context._internal_verbosity = core.display.verbosity
    return context


def _linked(connection):
    """Let a connection plugin keep its options and do its work through the Go side."""

    def exec_command(cmd, in_data=None, sudoable=True):
        done = _exec(cmd, in_data, None, False)
        return done['rc'], done['stdout'], done['stderr']

    def put_file(in_path, out_path):
        call('put', {'from': to_text(in_path), 'to': to_text(out_path)})

    def fetch_file(in_path, out_path):
        call('fetch', {'from': to_text(in_path), 'to': to_text(out_path)})

    def connect():
        connection._connected = True
        return connection

    connection._rehearse_link = 'host'
    connection._connected = True
    connection._connect = connect
    connection.exec_command, connection.put_file, connection.fetch_file = exec_command, put_file, fetch_file
    connection.close = lambda: None
    connection.reset = lambda: call('reset')
    return connection


def _exec(cmd, in_data, executable, become):
    return call('exec', {'cmd': to_text(cmd), 'stdin': None if in_data is None else to_bytes(in_data), 'executable': executable, 'become': become})


class _Executor(TaskExecutor):
    """The part of ansible-core that gives connection, shell and become plugins their options."""

    def __init__(self, task, play_context):
        self._task = task
        self._play_context = play_context
        self._connection = None

    def connect(self, name, variables, engine):
        self._connection = connection_loader.get(name, self._play_context, task_uuid=self._task._uuid)
        if self._connection is None:
            raise AnsibleError("the connection plugin '%s' was not found" % name)
        self._set_become_plugin(variables, engine, self._connection)
        self._play_context.set_attributes_from_plugin(self._connection)
        self._set_connection_options(variables, engine)
        if name in ('local', 'ssh'):
            _linked(self._connection)
        return self._connection


def _link(action):
    """Where the connection of an action leads: the task's host, this machine, or None for one that is not ours."""
    connection = action._connection
    link = getattr(connection, '_rehearse_link', None)
    if link is None and getattr(connection, 'transport', None) == 'local':
        return 'controller'
    return link


_own_execute_module = ActionBase._execute_module
_own_low_level_execute_command = ActionBase._low_level_execute_command


def _execute_module(self, module_name=None, module_args=None, tmp=None, task_vars=None, persist_files=False, delete_remote_tmp=None,
                    wrap_async=False, ignore_unknown_opts=False):
    link = _link(self)
    if link is None:
        return _own_execute_module(self, module_name, module_args, tmp, task_vars, persist_files, delete_remote_tmp, wrap_async, ignore_unknown_opts)
    task = self._task
    if task.check_mode and not self._supports_check_mode:
        raise AnsibleError('check mode is not supported for this operation')
    data = call('execute_module', {
        'name': task.action if module_name is None else module_name, 'args': dict(task.args if module_args is None else module_args),
        'link': link, 'async': bool(wrap_async), 'ignore_unknown': bool(ignore_unknown_opts), 'check': bool(task.check_mode),
        'diff': bool(task.diff), 'no_log': bool(task.no_log), 'become': bool(self._connection.become)})
    _module_result(data)
    return data


def _module_result(data):
    """Give a module's result the form that ansible-core's actions know, with its error in it."""
    undecoded = data.pop('_ansible_undecoded', None)
    crash = data.pop('_ansible_crash', None)
    cause = data.pop('_ansible_cause', None)
    if undecoded is not None:
        data.pop('cmd', None)
        rest = {k: data[k] for k in ('module_stdout', 'module_stderr', 'rc') if k in data}
        failed = _error_utils.result_dict_from_exception(AnsibleError(message=data['msg'], help_text=undecoded))
        data.clear()
        data.update(failed, _ansible_parsed=False, **rest)
        return
    if crash or cause:
        message = data['msg']
        if crash:
            del data['msg']
        if cause and not message.endswith(cause):
            message = message.rstrip('. ') + ': ' + cause
        data['exception'] = _captured.CapturedErrorSummary(event=_messages.Event(msg=message), error_type=_captured.AnsibleModuleCapturedError)
    _captured.AnsibleModuleCapturedError.normalize_result_exception(data)
    data.update(_ansible_parsed=True)


def _low_level_execute_command(self, cmd, sudoable=True, in_data=None, executable=None, encoding_errors='surrogate_then_replace', chdir=None):
    connection = self._connection
    if getattr(connection, '_rehearse_link', None) is None:
        return _own_low_level_execute_command(self, cmd, sudoable, in_data, executable, encoding_errors, chdir)
    if chdir:
        cmd = connection._shell.append_command('cd %s' % chdir, cmd)
    if executable:
        connection._shell.executable = executable
    user, to = self._get_remote_user(), self.get_become_option('become_user')
    become = bool(sudoable and connection.become and (C.BECOME_ALLOW_SAME_USER or to != user or not any((user, to))))
    done = _exec(cmd, in_data, executable or self._play_context.executable, become)
    out, err = to_text(done['stdout'], errors=encoding_errors), to_text(done['stderr'], errors=encoding_errors)
    return dict(rc=done['rc'], stdout=out, stdout_lines=out.splitlines(), stderr=err, stderr_lines=err.splitlines())


ActionBase._execute_module = _execute_module
ActionBase._low_level_execute_command = _low_level_execute_command


def _summary(summary):
    event = summary.event
    out = {'msg': event.msg, 'help': event.help_text, 'context': event.formatted_source_context}
    if isinstance(summary, _messages.DeprecationSummary):
        out.update(version=summary.version, date=summary.date)
        if summary.deprecator:
            out['collection_name'] = summary.deprecator.resolved_name
    return out


def _exception(result):
    """Take the error out of a result: its messages, outermost first, and whether it was a module that failed."""
    summary = result.pop('exception', None)
    if summary is None or not isinstance(summary, _messages.ErrorSummary):
        return {'traceback': str(summary)} if summary else None
    links, event = [], summary.event
    while event is not None:
        links.append({'msg': event.msg, 'help': event.help_text})
        event = event.chain.event if event.chain and event.chain.follow else None
    kind = getattr(summary, 'error_type', None)
    return {'module': kind is _captured.AnsibleModuleCapturedError, 'links': links, 'traceback': summary.event.formatted_traceback}


class Unsendable(Exception):
    """A result that ansible-core's worker could not send."""


def _sendable(result):
    """ansible-core's workers pickle their results: what cannot be, ends the task."""
    try:
        json.dumps(result)
    except (TypeError, ValueError):
        try:
            pickle.dumps(result)
        except Exception as ex:
            raise Unsendable('Task result omitted due to queue send failure: %s' % ex) from None


@method
def run(args):
    """Run the action of a task; gives its result, and beside it the error that the result holds."""
    with _lock:
        core.add_directories([d for d in args['directories'] if d not in _directories])
        _directories.update(args['directories'])
    variables = core.Variables()
    variables._all()
    use = variables
    task = _task(args['task'])
    if task.delegate_to:
        use = _DelegatedVariables()
        use._all()
        variables['ansible_delegated_vars'] = {task.delegate_to: use}
    engine = core.engine()
    engine.available_variables = use
    context = _play_context(args['play_context'])
    with TaskContext(task), _display_utils.DeferredWarningContext(variables=variables) as warned:
        try:
            connection = _Executor(task, context).connect(args['connection'], use, engine)
            engine.available_variables = variables
            handler = action_loader.get(args['action'], task=task, connection=connection, play_context=context, loader=core.data_loader(),
                                        templar=Templar._from_template_engine(engine), shared_loader_obj=None, collection_list=task.collections)
            if handler is None:
                raise AnsibleError('the action plugin %s was not found' % args['action'])
            try:
                result = handler.run(task_vars=variables)
            finally:
                handler.cleanup()
            if not isinstance(result, dict):
                raise TypeError('Malformed result. Received %s instead of %s.' % (type(result), dict))
            result = dict(result)
            error = _exception(result)
            for name in ('warnings', 'deprecations'):
                if isinstance(result.get(name), list):
                    result[name] = [_summary(w) if isinstance(w, _messages.SummaryBase) else w for w in result[name]]
            _sendable(result)
            return {'result': result, 'error': error}
        except Exception as ex:
            _contribute(ex)
            raise
        finally:
            note('warnings', {'warnings': [_summary(w) for w in warned.get_warnings()],
                              'deprecations': [_summary(w) for w in warned.get_deprecation_warnings()]})


_directories = set()


def _contribute(ex):
    seen = 0
    while ex is not None and seen < 50:
        if isinstance(ex, _error_utils.ContributesToTaskResult):
            result = dict(ex.result_contribution)
            result.pop('exception', None)
            note('contribution', {'result': result, 'omit_failed': ex.omit_failed_key, 'omit_exception': ex.omit_exception_key})
            return
        ex, seen = ex.__cause__, seen + 1
