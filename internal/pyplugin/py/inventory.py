"""Inventory plugins: the hosts and groups that are known go in, the plugin adds to them, what is new comes out.

The classes are those of the user's ansible-core. States cross as dicts: "hosts" and "groups" in their order, each with
its variables and the names of its groups, children, parents and hosts.
"""
from rehearse_host import method

import core

_kept = None  # the state that the last call worked on


class _State:
    """An InventoryData made of what the Go side knows, and how it differs afterwards."""

    def __init__(self, given):
        from ansible.inventory.data import InventoryData
        from ansible.inventory.group import Group
        from ansible.inventory.host import Host
        data = self.data = InventoryData()
        groups = {}
        for g in given['groups']:
            groups[g['name']] = self._bare(Group(None), g)
        hosts = {}
        for h in given['hosts']:
            hosts[h['name']] = host = Host(h['name'])
            host.vars = h['vars']
            host.groups = [groups[n] for n in h['groups']]
        for g in given['groups']:
            group = groups[g['name']]
            group.child_groups = [groups[n] for n in g['children']]
            group.parent_groups = [groups[n] for n in g['parents']]
            group.hosts = [hosts[n] for n in g['hosts']]
            group._hosts = None
        data.groups, data.hosts = groups, hosts
        data.localhost = hosts.get(given.get('localhost'))
        data.current_source = given['source']
        data.processed_sources = given['done']
        self.vars = {('g', n): dict(g.vars) for n, g in groups.items()}
        self.vars.update({('h', n): dict(h.vars) for n, h in hosts.items()})

    @staticmethod
    def _bare(group, g):
        group.name = g['name']
        group.vars = g['vars']
        group.depth = g['depth']
        group.priority = g['priority']
        return group

    def _changed(self, kind, name, now):
        """The variables that were set and the names of those that are gone."""
        before = self.vars.get((kind, name), {})
        return ({k: v for k, v in now.items() if k not in before or before[k] is not v}, [k for k in before if k not in now])

    def differs(self):
        data = self.data
        out = {'groups': [], 'hosts': [], 'localhost': data.localhost.name if data.localhost else None}
        for name, g in data.groups.items():
            fresh, gone = self._changed('g', name, g.vars)
            out['groups'].append({'name': name, 'priority': g.priority, 'depth': g.depth, 'set': fresh, 'gone': gone,
                                  'children': [c.name for c in g.child_groups], 'parents': [p.name for p in g.parent_groups],
                                  'hosts': [h.name for h in g.hosts]})
        for name, h in data.hosts.items():
            fresh, gone = self._changed('h', name, h.vars)
            out['hosts'].append({'name': name, 'set': fresh, 'gone': gone, 'groups': [g.name for g in h.groups]})
        return out


def _plugin(name):
    from ansible.plugins.loader import inventory_loader
    return inventory_loader.get(name)


@method
def known(name):
    """Tell whether there is a plugin of that name."""
    return _plugin(name) is not None


@method
def parse(args):
    """Let a plugin read a source: {"found", "verified", "state"}; what it raises is raised, state() has the state then."""
    global _kept
    _kept = None
    plugin = _plugin(args['plugin'])
    if plugin is None:
        return {'found': False}
    source = args['source']
    if args['auto']:
        verified = plugin.verify_file(source)
    else:
        try:
            verified = bool(plugin.verify_file(source))
        except Exception:
            verified = False
    if not verified:
        return {'found': True, 'verified': False}
    if args['auto']:
        plugin.display.v("Using inventory plugin '%s' to process inventory source '%s'" % (plugin._load_name, source))
    from ansible.errors import AnsibleError
    from ansible.inventory.manager import _InventoryDataWrapper
    from ansible._internal._datatag._tags import Origin
    _kept = _State(args['state'])
    name = 'auto' if args['auto'] else getattr(plugin, '_load_name', args['plugin'])
    origin = Origin(description='<inventory plugin %r with source %r>' % (name, str(source)))
    try:
        plugin.parse(_InventoryDataWrapper(_kept.data, target_plugin=plugin, origin=origin), core.data_loader(), source, cache=args['cache'])
        try:
            plugin.update_cache_if_changed()
        except AttributeError:
            pass  # a plugin without a cache
    except AnsibleError as ex:
        if not ex.obj:
            ex.obj = origin
        raise
    except Exception as ex:
        raise AnsibleError(str(ex), obj=origin) from ex
    return {'found': True, 'verified': True, 'state': _kept.differs()}


@method
def state(_):
    """What the plugin of the last parse() had done before it failed; None where it had not begun."""
    return _kept.differs() if _kept else None
