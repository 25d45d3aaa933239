"""Filters and tests where no ansible-core is installed: those whose files need nothing of it but small things.

This program stands in for jinja_plugins then. shim.py has the small things.
"""
import importlib.util
import threading

import shim
from rehearse_host import method

shim.install()

_lock = threading.RLock()
_files = {}


class NoPlugin(Exception):
    """There is no such filter or test."""


class NotLoaded(Exception):
    """There is such a plugin, but it cannot be loaded."""


class NeedsCore(Exception):
    """The plugin imports what only ansible-core has."""


def _load(kind, path):
    with _lock:
        if (kind, path) not in _files:
            name = 'rehearse_plugin_%d' % len(_files)
            spec = importlib.util.spec_from_file_location(name, path)
            module = importlib.util.module_from_spec(spec)
            try:
                spec.loader.exec_module(module)
                plugins = module.FilterModule().filters() if kind == 'filter' else module.TestModule().tests()
            except ImportError as ex:
                raise NotLoaded(path) from NeedsCore(
                    '%s needs more than is there on this machine: %s. No ansible-core was found here (pip install ansible-core).' % (path, ex))
            except Exception as ex:
                raise NotLoaded(path) from ex
            _files[kind, path] = plugins
        return _files[kind, path]


def _plugin(args):
    kind, name, path = args['kind'], args['name'], args['path']
    if kind == 'lookup':
        raise NotLoaded(name) from NeedsCore('lookups written in Python (%s) need ansible-core, and none was found on this machine (pip install ansible-core).' % path)
    plugin = _load(kind, path).get(name.rpartition('.')[2])
    if plugin is not None and any(hasattr(plugin, mark) for mark in ('jinja_pass_arg', 'contextfunction', 'environmentfunction')):
        raise NotLoaded(name) from NeedsCore('%r of %s asks for the context of the template, which needs ansible-core, and none was found on this machine (pip install ansible-core).' % (name, path))
    return plugin


@method
def add_directories(directories):
    """Files are loaded by their paths."""


@method
def find(args):
    """What is known about a plugin by name; None where there is none."""
    plugin = _plugin(args)
    return None if plugin is None else {'fqcn': args['name'], 'path': args['path'], 'markers': False}


@method
def run(args):
    """Call a filter or a test."""
    plugin = _plugin(args)
    if plugin is None:
        raise NoPlugin(args['name'])
    result = plugin(*args['args'], **args['kwargs'])
    return result if args['kind'] == 'filter' else bool(result)


@method
def lookup(args):
    """Lookups need ansible-core."""
    _plugin(dict(args, kind='lookup'))


for _name in ('add_directories', 'find', 'run', 'lookup'):
    method.alias('jinja_plugins.' + _name, globals()[_name])
