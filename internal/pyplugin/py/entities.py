"""Hosts and groups of the inventory as objects of ansible-core; what is not their name is fetched when it is used."""
from rehearse_host import call

from ansible.inventory.group import Group
from ansible.inventory.host import Host

_hosts = {}
_groups = {}


class _Lazy:
    """Attributes that come from the Go side when they are used first."""

    def __getattr__(self, name):
        if name not in self._late:
            raise AttributeError(name)
        self._fetch()
        return self.__dict__[name]


class LazyHost(_Lazy, Host):
    _late = ('vars', 'groups')

    def __init__(self, name):
        super().__init__(name)
        del self.vars, self.groups

    def _fetch(self):
        known = call('host', self.name)
        self.vars = known['vars']
        self.groups = [group(n) for n in known['groups']]
        self.implicit = known['implicit']


class LazyGroup(_Lazy, Group):
    _late = ('vars', 'depth', 'priority', 'hosts', 'child_groups', 'parent_groups')

    def __init__(self, name):
        super().__init__(None)
        self.name = name
        for late in self._late:
            self.__dict__.pop(late, None)

    def _fetch(self):
        known = call('group', self.name)
        self.vars, self.depth, self.priority = known['vars'], known['depth'], known['priority']
        self.hosts = [host(n) for n in known['hosts']]
        self.child_groups = [group(n) for n in known['children']]
        self.parent_groups = [group(n) for n in known['parents']]


def host(name):
    """The host of a name, always the same object."""
    h = _hosts.get(name)
    if h is None:
        h = _hosts[name] = LazyHost(name)
    return h


def group(name):
    """The group of a name, always the same object."""
    g = _groups.get(name)
    if g is None:
        g = _groups[name] = LazyGroup(name)
    return g


def forget():
    """The inventory has changed: objects are made anew."""
    _hosts.clear()
    _groups.clear()
