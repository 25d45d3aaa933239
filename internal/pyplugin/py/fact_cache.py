"""The cache plugin of the setting fact_caching, where it is one that is written in Python."""
import threading

import core
from rehearse_host import method

from ansible.plugins.loader import cache_loader

_lock = threading.RLock()
_cache = None


@method
def open(name):
    """Load the plugin; what it raises says why it cannot be used."""
    global _cache
    with _lock:
        _cache = cache_loader.get(name)
        if _cache is None:
            from ansible.errors import AnsibleError
            raise AnsibleError('Unable to load the cache plugin %r.' % str(name))


@method
def get(host):
    """The facts of a host in a list, empty where there are none."""
    with _lock:
        try:
            return [_cache.get(host)]
        except KeyError:
            return []


@method
def set(args):
    with _lock:
        _cache.set(args['host'], args['facts'])


@method
def delete(host):
    with _lock:
        try:
            _cache.delete(host)
        except KeyError:
            pass
