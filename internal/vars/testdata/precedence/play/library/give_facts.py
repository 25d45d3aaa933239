#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule

AnsibleModule({}).exit_json(ansible_facts={'v11': 'facts', 'v12': 'facts', 'v13': 'facts', 'v14': 'facts', 'v15': 'facts', 'v16': 'facts', 'v17': 'facts', 'v18': 'facts', 'v19': 'facts', 'v20': 'facts', 'v21': 'facts', 'v22': 'facts'})
