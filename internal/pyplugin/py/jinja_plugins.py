"""Filters, tests and lookups."""
import collections.abc
import threading

import core
from rehearse_host import call, method
from ansible.plugins.loader import filter_loader, lookup_loader, test_loader
from jinja2.utils import _PassArg

try:
    from ansible._internal._templating import _jinja_plugins
    from ansible._internal._templating._engine import TemplateOptions
    from ansible._internal._templating._jinja_common import JinjaCallContext, MarkerError
    from ansible._internal._templating._lazy_containers import lazify_container, lazify_container_args, lazify_container_kwargs
    from ansible._internal._templating._utils import TemplateContext
    from ansible.module_utils._internal._deprecator import ANSIBLE_CORE_DEPRECATOR
except ImportError:
    raise ImportError('plugins in Python need ansible-core 2.19 or later; %s is installed' % __import__('ansible').__version__) from None

_lock = threading.RLock()
_found = {}
_loaders = {'filter': filter_loader, 'test': test_loader}


class NoPlugin(Exception):
    """There is no such filter or test."""


class NotLoaded(Exception):
    """There is such a plugin, but it cannot be loaded."""


def _plugin(kind, name):
    key = kind, name
    plugin = _found.get(key)
    if plugin is None:
        with _lock:
            try:
                plugin = _loaders[kind].get(name)
            except KeyError:
                plugin = None
            except Exception as ex:
                raise NotLoaded(name) from ex
        if plugin is not None:
            _found[key] = plugin
    return plugin


@method
def add_directories(directories):
    """Add the plugins of folders; what was found before may be something else now."""
    with _lock:
        core.add_directories(directories)
        _found.clear()


@method
def find(args):
    """What is known about a plugin by name; None where there is none."""
    kind, name = args['kind'], args['name']
    if kind == 'lookup':
        with _lock:
            try:
                found = lookup_loader.get_with_context(name, class_only=True)
            except Exception as ex:
                raise NotLoaded(name) from ex
        if found.object is None:
            return None
        cls = found.object
        return {'fqcn': found.plugin_load_context.resolved_fqcn or name, 'path': found.plugin_load_context.plugin_resolved_path,
                'markers': bool(getattr(cls, 'accept_args_markers', False)), 'doc': ''}
    plugin = _plugin(kind, name)
    if plugin is None:
        return None
    return {'fqcn': plugin.ansible_name, 'path': plugin._original_path, 'markers': bool(plugin.accept_args_markers)}


def _context(engine, text):
    return TemplateContext(template_value=text, templar=engine, options=TemplateOptions.DEFAULT)


def _jinja_context(engine):
    environment = engine.environment
    from ansible._internal._templating._jinja_bits import _new_context
    return _new_context(environment=environment, template_name=None, blocks={}, jinja_vars=engine.available_variables, jinja_globals=environment.globals)


class _Lazy:
    """An engine that is made when it is used."""


_plain = None


def _shared_engine():
    # filters of plain data do not look at variables: one engine serves them all, its variables are fetched per call
    return core.engine()


@method
def run(args):
    """Call a filter or a test."""
    kind, name = args['kind'], args['name']
    plugin = _plugin(kind, name)
    if plugin is None:
        raise NoPlugin(name)
    function = plugin.j2_function
    engine = _shared_engine()
    positional, keywords = args['args'], args['kwargs']
    with _context(engine, args.get('text')):
        passed = _PassArg.from_obj(function)
        if passed is _PassArg.context:
            positional = [_jinja_context(engine)] + positional
        elif passed is _PassArg.eval_context:
            positional = [_jinja_context(engine).eval_ctx] + positional
        elif passed is _PassArg.environment:
            positional = [engine.environment] + positional
        try:
            with JinjaCallContext(accept_lazy_markers=plugin.accept_lazy_markers):
                result = function(*lazify_container_args(positional), **lazify_container_kwargs(keywords))
                if kind == 'filter':
                    if isinstance(result, _jinja_plugins._ITERATOR_TYPES):
                        result = list(result)
                elif not isinstance(result, (bool, _jinja_plugins.Marker)):
                    core.display.deprecated(
                        msg='The test plugin %r returned a non-boolean result of type %r. Test plugins must have a boolean result.' % (plugin.ansible_name, type(result)),
                        obj=args.get('text'), version='2.23', deprecator=ANSIBLE_CORE_DEPRECATOR)
                    result = bool(result)
        except MarkerError as ex:
            return ex.source
    return result


@method
def lookup(args):
    """Call a lookup."""
    name = args['name']
    engine = core.engine()
    from ansible.template import Templar
    with _context(engine, args.get('text')):
        with _lock:
            try:
                instance = lookup_loader.get(name, loader=core.data_loader(), templar=Templar._from_template_engine(engine))
            except Exception as ex:
                raise NotLoaded(name) from ex
            if instance is None:
                raise NoPlugin(name)
        with JinjaCallContext(accept_lazy_markers=instance.accept_lazy_markers):
            try:
                terms = [lazify_container(v) for v in args['terms']]
                with _jinja_plugins._LookupContext(invoked_as_with=args['with']):
                    result = instance.run(terms, variables=engine.available_variables, **lazify_container_kwargs(args['kwargs']))
                if not isinstance(result, collections.abc.Sequence) or isinstance(result, (str, bytes)):
                    raise TypeError('returned %s instead of %s' % (type(result), list))
            except MarkerError as ex:
                return ex.source
    return result
