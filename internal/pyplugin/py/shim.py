"""What small plugins import of ansible-core, for machines where none is installed: error classes and conversions of
text. Everything else that they import is not there, and they are told so."""
import sys
import types


def _errors():
    m = types.ModuleType('ansible.errors')

    class AnsibleError(Exception):
        def __init__(self, message='', obj=None, show_content=True, suppress_extended_error=False, orig_exc=None, help_text=None):
            super().__init__(message)
            self.message = str(message)
            self.obj = obj
            self.orig_exc = orig_exc

    m.AnsibleError = AnsibleError

    def add(name, base):
        cls = type(name, (base,), {'__module__': 'ansible.errors'})
        setattr(m, name, cls)
        return cls

    runtime = add('AnsibleRuntimeError', AnsibleError)
    template = add('AnsibleTemplateError', runtime)
    add('AnsibleFilterError', template)
    add('AnsibleFilterTypeError', m.AnsibleFilterError)
    add('AnsibleTypeError', runtime)
    add('AnsibleLookupError', template)
    add('AnsibleUndefinedVariable', template)
    add('AnsibleParserError', AnsibleError)
    add('AnsibleOptionsError', AnsibleError)
    add('AnsibleFileNotFound', runtime)
    add('AnsibleActionFail', runtime)
    add('AnsibleModuleError', runtime)
    add('AnsibleAssertionError', AnsibleError)
    add('AnsiblePluginError', AnsibleError)
    return m


def to_bytes(obj, encoding='utf-8', errors=None, nonstring='simplerepr'):
    if isinstance(obj, bytes):
        return obj
    if not isinstance(obj, str):
        if nonstring == 'passthru':
            return obj
        if nonstring == 'empty':
            return b''
        if nonstring == 'strict':
            raise TypeError('obj must be a string type')
        obj = str(obj)
    return obj.encode(encoding, _handler(errors))


def to_text(obj, encoding='utf-8', errors=None, nonstring='simplerepr'):
    if isinstance(obj, str):
        return obj
    if isinstance(obj, bytes):
        return obj.decode(encoding, _handler(errors))
    if nonstring == 'passthru':
        return obj
    if nonstring == 'empty':
        return ''
    if nonstring == 'strict':
        raise TypeError('obj must be a string type')
    return str(obj)


def _handler(errors):
    return 'surrogateescape' if errors in (None, 'surrogate_or_strict', 'surrogate_or_replace', 'surrogate_then_replace') else errors


def _text(name):
    m = types.ModuleType(name)
    m.to_bytes, m.to_text, m.to_native = to_bytes, to_text, to_text
    return m


def _collections():
    import collections.abc
    m = types.ModuleType('ansible.module_utils.common.collections')
    m.Mapping, m.MutableMapping, m.Sequence = collections.abc.Mapping, collections.abc.MutableMapping, collections.abc.Sequence
    m.is_string = lambda x: isinstance(x, (str, bytes))
    m.is_sequence = lambda x, include_strings=False: isinstance(x, collections.abc.Sequence) and (include_strings or not m.is_string(x))
    m.is_iterable = lambda x, include_strings=False: isinstance(x, collections.abc.Iterable) and (include_strings or not m.is_string(x))
    return m


def _six():
    m = types.ModuleType('ansible.module_utils.six')
    m.PY2, m.PY3 = False, True
    m.string_types, m.integer_types, m.text_type, m.binary_type = (str,), (int,), str, bytes
    m.iteritems = lambda d: iter(d.items())
    m.iterkeys = lambda d: iter(d.keys())
    m.itervalues = lambda d: iter(d.values())
    return m


def install():
    """Put the modules where imports find them."""
    for name in ('ansible', 'ansible.module_utils', 'ansible.module_utils.common', 'ansible.module_utils.common.text'):
        package = types.ModuleType(name)
        package.__path__ = []
        sys.modules[name] = package
    for m in (_errors(), _text('ansible.module_utils._text'), _text('ansible.module_utils.common.text.converters'), _collections(), _six()):
        sys.modules[m.__name__] = m
        parent, _, child = m.__name__.rpartition('.')
        setattr(sys.modules[parent], child, m)
