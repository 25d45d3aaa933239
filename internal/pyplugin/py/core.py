"""The user's ansible-core, made ready for plugins: display, loaders, data loader, variables, templar.

setup may hold: verbosity, collections (search path of collections), directories (folders whose *_plugins folders are
added: the playbook's, roles'), basedir (of the playbook), cliargs (the options of the command line under ansible's names), secrets (vault secrets as pairs of name and bytes).
"""
import collections.abc
import threading

from rehearse_host import DeferredMap, call, local, method, note, setup

from ansible import constants as C

# What the settings of ansible.cfg and of the environment are warned of has been said by the Go side.
C.config.DEPRECATED.clear()
C.config.WARNINGS.clear()

from ansible.utils.display import Display

_lock = threading.RLock()


def _shown(self, msg, color=None, stderr=False, screen_only=False, log_only=False, newline=True, caplevel=None):
    if not isinstance(msg, str):
        msg = str(msg)
    note('display', {'text': ''.join(msg), 'color': color, 'stderr': bool(stderr), 'screen_only': bool(screen_only),
                     'log_only': bool(log_only), 'newline': bool(newline), 'caplevel': caplevel})


# Every message ends here: the words and their order are ansible-core's own, what is done with them is the Go side's.
Display.display = _shown
Display._log = lambda self, msg, color=None, caplevel=None: note('display', {
    'text': ''.join(msg), 'color': color, 'stderr': False, 'screen_only': False, 'log_only': True, 'newline': True, 'caplevel': caplevel})

display = Display()
display.verbosity = setup.get('verbosity') or 0
display.columns = setup.get('columns') or 79

if setup.get('cliargs') is not None:
    from ansible import context
    from ansible.utils.context_objects import CLIArgs
    context.CLIARGS = CLIArgs(setup['cliargs'])

from ansible.plugins import loader as plugin_loader

plugin_loader.init_plugin_loader(setup.get('collections') or None)
if setup.get('basedir'):
    from ansible.utils.collection_loader import AnsibleCollectionConfig
    AnsibleCollectionConfig.playbook_paths = list(setup.get('playbooks') or [setup['basedir']])
for _directory in setup.get('directories') or ():
    plugin_loader.add_all_plugin_dirs(_directory)


@method
def add_directories(directories):
    """Add the plugins of folders: of a role that a play includes."""
    with _lock:
        for directory in directories:
            plugin_loader.add_all_plugin_dirs(directory)


def _new_loader():
    from ansible.parsing.dataloader import DataLoader
    loader = DataLoader()
    loader.set_basedir(setup.get('basedir') or '.')
    secrets = setup.get('secrets')
    if secrets:
        from ansible.parsing.vault import VaultSecret, VaultSecretsContext
        secrets = [(name, VaultSecret(data)) for name, data in secrets]
        loader.set_vault_secrets(secrets)
        try:
            VaultSecretsContext.initialize(VaultSecretsContext(secrets))
        except RuntimeError:
            pass
    return loader


_loader = None


def data_loader():
    """The data loader of the run."""
    global _loader
    with _lock:
        if _loader is None:
            _loader = _new_loader()
        return _loader


class Variables(dict):
    """The variables of the call's host and task as they are written, each fetched when it is used first."""

    _names = None
    _scope = ''  # before the names of the questions

    def _all(self):
        if self._names is None:
            self._names = dict.fromkeys(call(self._scope + 'variable_names'))
        return self._names

    def _fetch(self, key):
        if not isinstance(key, str):
            return False
        if self._names is not None and key not in self._names:
            return False
        found = call(self._scope + 'variable', ''.join(key))
        if not found:
            if self._names is None:
                self._gone = getattr(self, '_gone', set()) | {key}
            return False
        dict.__setitem__(self, key, found[0])
        return True

    def __contains__(self, key):
        if dict.__contains__(self, key):
            return True
        if key in getattr(self, '_gone', ()):
            return False
        return self._fetch(key)

    def __getitem__(self, key):
        if key in self:
            return dict.__getitem__(self, key)
        raise KeyError(key)

    def get(self, key, default=None):
        return dict.__getitem__(self, key) if key in self else default

    def __iter__(self):
        names = dict.fromkeys(self._all())
        names.update(dict.fromkeys(dict.__iter__(self)))
        return iter(names)

    def __len__(self):
        return len(list(iter(self)))

    def __bool__(self):
        return True

    def keys(self):
        return dict.fromkeys(self).keys()

    def _whole(self):
        missing = [k for k in self if not dict.__contains__(self, k)]
        if missing:
            for key, found in zip(missing, call(self._scope + 'variables', missing)):
                if found:
                    dict.__setitem__(self, key, found[0])
        return {k: dict.__getitem__(self, k) for k in self if dict.__contains__(self, k)}

    def items(self):
        return self._whole().items()

    def values(self):
        return self._whole().values()

    def copy(self):
        new = type(self)()
        dict.update(new, dict.items(self))
        new._names = self._names
        new._gone = getattr(self, '_gone', set())
        return new

    __copy__ = copy

    def pop(self, key, *default):
        if key in self:
            if self._names is not None:
                self._names = {k: None for k in self._names if k != key}
            self._gone = getattr(self, '_gone', set()) | {key}
            return dict.pop(self, key)
        if default:
            return default[0]
        raise KeyError(key)

    def __delitem__(self, key):
        self.pop(key)

    def __setitem__(self, key, value):
        self._gone = getattr(self, '_gone', set()) - {key}
        dict.__setitem__(self, key, value)

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return dict.__getitem__(self, key)

    def update(self, *args, **kwargs):
        for k, v in dict(*args, **kwargs).items():
            self[k] = v

    def __or__(self, other):
        return {**self._whole(), **other}

    def __ror__(self, other):
        return {**other, **self._whole()}

    def __ior__(self, other):
        self.update(other)
        return self

    def __eq__(self, other):
        return self._whole() == other

    def __ne__(self, other):
        return not self == other

    def __repr__(self):
        return repr(self._whole())

    def __reduce__(self):
        return dict, (self._whole(),)


class _Layer(collections.abc.Mapping):
    """Variables as a template sees them: each is fetched and templated when it is used."""

    def __init__(self, variables):
        self._variables = variables
        self._lazy = _lazy_containers._AnsibleLazyTemplateMixin._try_create({})

    def __getitem__(self, key):
        if not dict.__contains__(self._lazy, key):
            dict.__setitem__(self._lazy, key, _lazy_containers._LazyValue(self._variables[key]))
        return self._lazy[key]

    def __contains__(self, key):
        return key in self._variables

    def __iter__(self):
        return iter(self._variables)

    def __len__(self):
        return len(self._variables)


try:
    from ansible._internal._templating import _jinja_bits, _lazy_containers
except ImportError:
    pass
else:
    _flatten = _jinja_bits._flatten_and_lazify_vars

    def _flatten_variables(mapping):
        if isinstance(mapping, Variables):
            return [_Layer(mapping)]
        return _flatten(mapping)

    _jinja_bits._flatten_and_lazify_vars = _flatten_variables


def engine():
    """ansible-core's template engine with the variables of the call."""
    from ansible._internal._templating._engine import TemplateEngine
    return TemplateEngine(loader=data_loader(), variables=Variables())


def templar():
    """A Templar with the variables of the call."""
    from ansible.template import Templar
    return Templar(loader=data_loader(), variables=Variables())
