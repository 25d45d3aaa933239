"""Vars plugins: the variables that they have for hosts and groups beside a directory."""
import threading

import core
import entities
from rehearse_host import method

from ansible.plugins.loader import vars_loader
from ansible.utils.vars import combine_vars
from ansible.vars import plugins as vars_plugins

_lock = threading.RLock()


@method
def get(args):
    """The variables of entities: what plugins before host_group_vars say, and what those after it do.

    args: path, stage ("inventory", "task" or "all"), hosts and groups (names), fresh (the inventory has changed).
    """
    with _lock:
        if args['fresh']:
            entities.forget()
        given = [entities.group(n) for n in args['groups']] + [entities.host(n) for n in args['hosts']]
        before, after = {}, {}
        passed = False
        if vars_loader._paths is None:
            vars_plugins._prime_vars_loader()
        for name in list(vars_loader._plugin_instance_cache):
            plugin = vars_loader.get(name)
            if plugin is None:
                continue
            if plugin.ansible_name == 'ansible.builtin.host_group_vars':
                passed = True
                continue
            if '.' in plugin.ansible_name and not plugin.ansible_name.startswith('ansible.builtin.') and hasattr(plugin, 'REQUIRES_ENABLED'):
                core.display.warning(
                    "Vars plugins in collections must be enabled to be loaded, REQUIRES_ENABLED is not supported. "
                    "This should be removed from the plugin %s." % plugin.ansible_name)
            if not vars_plugins._plugin_should_run(plugin, args['stage']):
                continue
            found = vars_plugins.get_plugin_vars(core.data_loader(), plugin, args['path'], given)
            if found:
                if passed:
                    after = combine_vars(after, found)
                else:
                    before = combine_vars(before, found)
        return [before, after]
