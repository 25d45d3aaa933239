"""The Python side of the plugin host: frames, threads, and the form in which values cross.

A frame is eight bytes of the call's number, four of the length, and JSON. Requests come on descriptor 4, answers and
questions go out on descriptor 5. A method "module.function" is found in the program of that name, loaded when it is
first called. In the middle of a call, call() asks the Go side and waits; note() tells it and does not.
"""
import base64
import builtins
import collections
import ctypes
import datetime
import importlib.util
import io
import json
import os
import queue
import signal
import struct
import sys
import threading
import traceback
import types

TAG = '\x00'
HEAD = struct.Struct('>QI')
BIG = 1 << 8000
_dump = json.JSONEncoder(separators=(',', ':'), check_circular=False).encode

sources = {}
setup = {}
methods = {}
local = threading.local()

_write_lock = threading.Lock()
_running = {}  # number of a call: identifier of its thread
_waiting = {}  # number of a question: where its answer goes
_number = 0
_number_lock = threading.Lock()
_objects = {}  # Python objects that only templates hold
_object_numbers = {}


class Interrupted(BaseException):
    """The call was given up."""


class RemoteError(Exception):
    """A failure of the Go side where there is no ansible-core whose error it could be."""


def method(function):
    """Make a function a method of its program."""
    methods[function.__module__.rpartition('.')[2] + '.' + function.__name__] = function
    return function


def _alias(name, function):
    methods[name] = function


method.alias = _alias


# ---- calls

def _send(number, body):
    data = _dump(body).encode()
    data = HEAD.pack(number, len(data)) + data
    with _write_lock:
        view = memoryview(data)
        while view:
            view = view[os.write(5, view):]


def note(name, args=None):
    """Tell the Go side; there is no answer."""
    _send(getattr(local, 'number', 0), {'m': name, 'a': encode(args)})


def call(name, args=None):
    """Ask the Go side and wait for its answer."""
    global _number
    with _number_lock:
        _number += 1
        number = _number
    answer = queue.SimpleQueue()
    _waiting[number] = answer
    try:
        _send(getattr(local, 'number', 0), {'m': name, 'n': number, 'a': encode(args)})
        frame = answer.get()
    finally:
        _waiting.pop(number, None)
    if frame is None:
        raise Interrupted()
    if 'e' in frame:
        raise _remote(frame['e'])
    return frame.get('v')


def _remote(e):
    message = e.get('m', '')
    try:
        from ansible import errors
    except ImportError:
        return RemoteError(message)
    if e['c'] == 'undefined':
        marker = e['u']
        if hasattr(marker, 'trip'):
            try:
                marker.trip()
            except Exception as ex:
                return ex
        return errors.AnsibleUndefinedVariable(str(marker))
    cls = getattr(errors, e['c'], errors.AnsibleError)
    if not (isinstance(cls, type) and issubclass(cls, errors.AnsibleError)):
        cls = errors.AnsibleError
    try:
        return cls(message)
    except TypeError:
        return errors.AnsibleError(message)


def _work(jobs, idle):
    while True:
        number, frame = jobs.get()
        local.number = number
        _running[number] = threading.get_ident()
        try:
            try:
                body = json.loads(frame, object_hook=_hook)
                name = body['m']
                function = methods.get(name)
                if function is None:
                    load(name.partition('.')[0])
                    function = methods[name]
                answer = {'v': encode(function(body['a']))}
            finally:
                _running.pop(number, None)
        except Interrupted:
            answer = None
        except BaseException as ex:
            answer = None if isinstance(ex, SystemExit) and ex.code is Interrupted else {'e': failure(ex)}
        try:
            printed()
            if answer is not None:
                _send(number, answer)
        except Interrupted:
            pass
        local.number = 0
        local.printed = None
        idle.append(jobs)


_load_lock = threading.RLock()
_programs = {}


def load(name):
    """One of our own programs; calls that need it meanwhile wait until it is ready. Its name takes nothing away from the
    modules of plugins: it stands below ours."""
    with _load_lock:
        if name not in _programs:
            if name not in sources:
                raise LookupError('the plugin host has no program %r' % name)
            module = types.ModuleType('rehearse_host.' + name)
            module.__file__ = '<%s>' % name
            module.__builtins__ = dict(vars(builtins), __import__=_import)
            _programs[name] = sys.modules[module.__name__] = module
            try:
                exec(compile(sources[name], module.__file__, 'exec'), module.__dict__)
            except BaseException:
                del _programs[name], sys.modules[module.__name__]
                raise
        return _programs[name]


def _import(name, globals=None, locals=None, fromlist=(), level=0):
    """Import as our programs see it: they find each other by their short names."""
    if level == 0 and name in sources:
        return load(name)
    return builtins.__import__(name, globals, locals, fromlist, level)


def _interrupt(number):
    ident = _running.get(number)
    if ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(Interrupted))


def _read(stream, n):
    data = stream.read(n)
    if data is None or len(data) < n:
        # the Go side has closed our input: it is over, also for what the plugins have started
        if os.getsid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(0)
    return data


def serve():
    idle = collections.deque()
    stream = os.fdopen(4, 'rb', buffering=1 << 16)
    threading.stack_size(16 << 20)
    while True:
        number, size = HEAD.unpack(_read(stream, HEAD.size))
        frame = _read(stream, size)
        if frame.startswith(b'{"n":'):
            body = json.loads(frame, object_hook=_hook)
            waiting = _waiting.get(body['n'])
            if waiting is not None:
                waiting.put(body)
        elif frame.startswith(b'{"x":'):
            _interrupt(number)
        else:
            try:
                jobs = idle.popleft()
            except IndexError:
                jobs = queue.SimpleQueue()
                threading.Thread(target=_work, args=(jobs, idle), daemon=True).start()
            jobs.put((number, frame))


# ---- what plugins print

class _Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of the plugins: ansible-core's workers keep what is printed and warn about it."""

    encoding = 'utf-8'
    errors = 'surrogateescape'

    def __init__(self, name):
        self._name = name
        self.buffer = io.BytesIO()

    def writable(self):
        return True

    def reconfigure(self, **options):
        """There is nothing to set: text is kept as it is."""

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError('string argument expected, got %r' % type(text).__name__)
        kept = getattr(local, 'printed', None)
        if kept is None:
            kept = local.printed = {'stdout': [], 'stderr': []}
        kept[self._name].append(text)
        return len(text)


def printed():
    """Tell what the call printed."""
    kept = getattr(local, 'printed', None)
    if kept:
        local.printed = None
        for name, parts in kept.items():
            if parts:
                note('printed', {'stream': name, 'text': ''.join(parts)})


# ---- values that come in

_tags = None


def tags():
    """The classes of ansible-core 2.19 that mark texts; False where there are none."""
    global _tags
    if _tags is None:
        try:
            from ansible.module_utils._internal._datatag import AnsibleTagHelper
            from ansible._internal._datatag import _tags as tag_types
            _tags = types.SimpleNamespace(tag=AnsibleTagHelper.tag, tags=AnsibleTagHelper.tags, Origin=tag_types.Origin,
                                          Trusted=tag_types.TrustedAsTemplate, trusted=tag_types.TrustedAsTemplate(), Vaulted=tag_types.VaultedValue)
        except ImportError:
            _tags = False
    return _tags


_origins = {}


def _origin(t, place):
    key = tuple(place)
    origin = _origins.get(key)
    if origin is None:
        path, line, col = place
        where = {'path': path} if path.startswith('/') else {'description': path}
        origin = t.Origin(line_num=line or None, col_num=col or None, **where)
        if len(_origins) > 20000:
            _origins.clear()
        _origins[key] = origin
    return origin


def _text(d):
    s = d['v']
    if 'm' in d:
        from markupsafe import Markup
        return Markup(s)
    t = tags()
    if not t:
        return s
    found = []
    if 't' in d:
        found.append(t.trusted)
    if 'o' in d:
        found.append(_origin(t, d['o']))
    if 'c' in d:
        found.append(t.Vaulted(ciphertext=d['c']))
    return t.tag(s, found) if found else s


def _vault(d):
    from ansible.parsing.vault import EncryptedString
    v = EncryptedString(ciphertext=d['v'])
    t = tags()
    return t.tag(v, [_origin(t, d['o'])]) if t and 'o' in d else v


def _undefined(d):
    try:
        from_go = load('undefined').from_go
    except ImportError:
        import jinja2

        class GoUndefined(jinja2.StrictUndefined):
            __slots__ = ('_go_number',)

        u = GoUndefined(hint=d['m'])
        object.__setattr__(u, '_go_number', d['i'])
        return u
    return from_go(d)


def _omit(d):
    try:
        from ansible._internal._templating._utils import Omit
        return Omit
    except ImportError:
        return '__omit_place_holder__'


def _tuple(d):
    if 'n' in d:
        return collections.namedtuple('namedtuple', d['n'], rename=True)(*d['v'])
    return tuple(d['v'])


class DeferredMap(collections.abc.Mapping if hasattr(collections, 'abc') else object):
    """A mapping whose values stay on the Go side until they are used."""

    def __init__(self, number, keys):
        self._number = number
        self._keys = dict.fromkeys(keys)
        self._values = {}

    def __getitem__(self, key):
        if key not in self._values:
            found = call('map_item', [self._number, key])  # some keys are not listed: the implicit localhost
            if not found:
                raise KeyError(key)
            self._values[key] = found[0]
        return self._values[key]

    def __iter__(self):
        return iter(self._keys)

    def __len__(self):
        return len(self._keys)

    def __contains__(self, key):
        return key in self._keys or bool(call('map_item', [self._number, key]))

    def __repr__(self):
        return repr(dict(self))


_in = {
    's': _text,
    'i': lambda d: int(d['v'], 16),
    'b': lambda d: base64.b64decode(d['v']),
    't': _tuple,
    'set': lambda d: set(d['v']),
    'd': lambda d: {k: v for k, v in d['v']},
    'r': lambda d: range(*d['v']),
    'map': lambda d: DeferredMap(d['h'], d['v']),
    'date': lambda d: datetime.date.fromisoformat(d['v']),
    'dt': lambda d: datetime.datetime.fromisoformat(d['v']),
    'td': lambda d: datetime.timedelta(microseconds=d['v']),
    'omit': _omit,
    'vault': _vault,
    'u': _undefined,
    'obj': lambda d: _objects[d['i']],
}


def _hook(d):
    kind = d.get(TAG)
    return d if kind is None else _in[kind](d)


# ---- values that go out

_simple = frozenset((str, bool, float, type(None)))


def encode(v, depth=0):
    """The form of a value that JSON can say."""
    t = type(v)
    if t in _simple:
        return v
    if t is int:
        return v if -BIG < v < BIG else {TAG: 'i', 'v': format(v, 'x')}
    if depth > 490:
        raise ValueError('Circular reference detected')
    if t is list:
        return [encode(x, depth + 1) for x in v]
    if t is dict:
        for k in v:
            if type(k) is not str or k == TAG:
                break
        else:
            return {k: encode(x, depth + 1) for k, x in v.items()}
    return _encode_other(v, t, depth)


def _encode_str(v):
    t = tags()
    out = {TAG: 's', 'v': str.__str__(v) if type(v).__str__ is str.__str__ else str(v)}
    if type(v).__name__ == 'Markup':
        out['m'] = 1
    if t:
        for tag in t.tags(v):
            if isinstance(tag, t.Trusted):
                out['t'] = 1
            elif isinstance(tag, t.Vaulted):
                out['c'] = tag.ciphertext
            elif isinstance(tag, t.Origin):
                out['o'] = place(tag)
    out['v'] = ''.join(out['v'])
    return out if len(out) > 2 else out['v']


def place(origin):
    """An origin as [path, line, column]."""
    return [origin.path or origin.description, origin.line_num or 0, origin.col_num or 0]


def _encode_other(v, t, depth):
    if isinstance(v, str):
        return _encode_str(v)
    if isinstance(v, bool) or v is None:
        return v
    if isinstance(v, int):
        return encode(int(v))
    if isinstance(v, float):
        return float(v)
    lazy = getattr(t, '_non_lazy_copy', None)
    if lazy is not None:
        return _encode_native(lazy(v), depth)
    return _encode_native(v, depth)


def _key(k, depth):
    if isinstance(k, str):
        return ''.join(str.__str__(k)) if type(k) is not str else k
    return encode(k, depth)


def _encode_native(v, depth):
    if isinstance(v, (collections.abc.Mapping, dict)):
        name = type(v).__name__
        if type(v) is not dict and not name.startswith('_Ansible') and name not in ('DeferredMap', 'HostVars', 'HostVarsVars'):
            return {TAG: 'd', 'c': name, 'v': [[_key(k, depth), encode(x, depth + 1)] for k, x in v.items()]}
        plain = all(isinstance(k, str) and k != TAG for k in v)
        if plain:
            return {_key(k, depth): encode(x, depth + 1) for k, x in v.items()}
        return {TAG: 'd', 'v': [[_key(k, depth), encode(x, depth + 1)] for k, x in v.items()]}
    if isinstance(v, list):
        return [encode(x, depth + 1) for x in v]
    if isinstance(v, tuple):
        out = {TAG: 't', 'v': [encode(x, depth + 1) for x in v]}
        if hasattr(v, '_fields'):
            out['n'] = list(v._fields)
        return out
    if isinstance(v, (set, frozenset)):
        return {TAG: 'set', 'v': [encode(x, depth + 1) for x in v]}
    if isinstance(v, (bytes, bytearray)):
        return {TAG: 'b', 'v': base64.b64encode(v).decode()}
    if isinstance(v, datetime.datetime):
        return {TAG: 'dt', 'v': v.isoformat(timespec='microseconds')}
    if isinstance(v, datetime.date):
        return {TAG: 'date', 'v': v.isoformat()}
    if isinstance(v, datetime.timedelta):
        return {TAG: 'td', 'v': (v.days * 86400 + v.seconds) * 1000000 + v.microseconds}
    if isinstance(v, range):
        return {TAG: 'r', 'v': [v.start, v.stop, v.step]}
    if isinstance(v, (collections.abc.Iterator, collections.abc.KeysView, collections.abc.ValuesView, collections.abc.ItemsView)):
        return [encode(x, depth + 1) for x in v]
    name = type(v).__name__
    if name == '_OmitType':
        return {TAG: 'omit'}
    if name == 'EncryptedString' and hasattr(v, '_ciphertext'):
        out = {TAG: 'vault', 'v': ''.join(v._ciphertext)}
        t = tags()
        if t:
            for tag in t.tags(v):
                if isinstance(tag, t.Origin):
                    out['o'] = place(tag)
        return out
    if 'jinja2' in sys.modules:
        import jinja2
        if isinstance(v, jinja2.Undefined):
            try:
                return load('undefined').to_go(v)
            except ImportError:  # no ansible-core, or one without markers
                if hasattr(type(v), '_go_number'):
                    return {TAG: 'u', 'i': object.__getattribute__(v, '_go_number')}
                return {TAG: 'u', 'm': v._undefined_message}
    if isinstance(v, collections.abc.Sequence):
        return [encode(x, depth + 1) for x in v]
    return _encode_object(v)


def _encode_object(v):
    number = _object_numbers.get(id(v))
    if number is None:
        number = len(_object_numbers) + 1
        _object_numbers[id(v)] = number
        _objects[number] = v
    cls = type(v)
    out = {TAG: 'obj', 'i': number, 't': cls.__name__, 'mod': cls.__module__}
    for key, show in (('s', str), ('r', repr)):
        try:
            out[key] = show(v)
        except Exception as ex:
            out[key] = '<%s: %s>' % (cls.__name__, ex)
    try:
        if not v:
            out['f'] = 1
    except Exception:
        pass
    return out


def attribute(args):
    """An attribute of an object that stayed here, in a list; an empty list where it has none."""
    try:
        return [getattr(args[0], args[1])]
    except AttributeError:
        return []


methods['rehearse_host.attribute'] = attribute


# ---- errors

def failure(ex):
    """An exception with those that it was raised from."""
    try:
        return _failure(ex, 0)
    except Exception as inner:
        return {'c': type(ex).__name__, 'm': 'the error of a plugin could not be shown: %s' % inner}


def _message(ex):
    own = getattr(ex, '_original_message', None)
    if own is not None:
        default = getattr(ex, '_default_message', '') or ''
        return _plain(own or default)
    return _plain(str(ex))


def _plain(s):
    return ''.join(str.__str__(s)) if isinstance(s, str) else str(s)


def _failure(ex, depth):
    cls = type(ex)
    out = {'c': cls.__name__, 'b': [c.__name__ for c in cls.__mro__ if c not in (object, BaseException)]}
    message = _message(ex)
    cause = None
    if depth < 20:
        cause = ex.__cause__
    if 'ansible.errors' in sys.modules:
        from ansible.errors import AnsibleError
        if isinstance(ex, AnsibleError):
            help_text = getattr(ex, '_help_text', None)
            if help_text:
                out['h'] = _plain(help_text)
            t = tags()
            obj = getattr(ex, 'obj', None)
            if t and obj is not None:
                origin = t.Origin.get_tag(obj) or (obj if isinstance(obj, t.Origin) else None)
                if origin:
                    out['o'] = place(origin)
            if getattr(ex, '_include_cause_message', True) is False:
                cause = None
        if hasattr(ex, 'source') and cls.__name__ == 'MarkerError':
            out['u'] = encode(ex.source)
    out['m'] = message or cls.__name__ if 'ansible.errors' not in sys.modules else message or _nameless(ex)
    out['t'] = ''.join(traceback.format_exception(cls, ex, ex.__traceback__))[-20000:]
    if ex.__cause__ is None and ex.__context__ is not None and not ex.__suppress_context__:
        out['d'] = 1
    if cause is not None:
        out['w'] = _failure(cause, depth + 1)
    return out


def _nameless(ex):
    return '' if hasattr(ex, '_original_message') else type(ex).__name__


def main(given):
    global sources, setup
    sources = given
    os.set_inheritable(4, False)
    os.set_inheritable(5, False)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdout, sys.stderr = _Stream('stdout'), _Stream('stderr')
    given_setup = sources.pop('')
    setup.update(json.loads(json.dumps(given_setup), object_hook=_hook))
    library = setup.get('library')
    found = importlib.util.find_spec('ansible')
    if library:
        if found is None:
            sys.path.append(library)
        elif found.origin and os.path.dirname(os.path.dirname(found.origin)) != library:
            sys.path.insert(0, library)
    elif found is None:
        sources['jinja_plugins'] = sources['plain_plugins']
    serve()


if __name__ == 'rehearse_boot':
    # run as a module of its own name, so that the programs that import it get this very one
    _module = types.ModuleType('rehearse_host')
    _module.__file__ = '<rehearse_host>'
    sys.modules['rehearse_host'] = _module
    exec(compile(SOURCES.pop('rehearse_host'), '<rehearse_host>', 'exec'), _module.__dict__)
    _module.main(SOURCES)
