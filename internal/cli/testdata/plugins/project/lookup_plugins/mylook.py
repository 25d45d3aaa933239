from ansible.plugins.lookup import LookupBase
from ansible.errors import AnsibleError
DOCUMENTATION = """
name: mylook
author: me
short_description: x
description: x
options:
  color:
    description: x
    default: red
    vars: [{name: my_color}]
    env: [{name: MY_COLOR}]
    ini: [{section: mylook, key: color}]
  count: {description: x, type: int, default: 1}
"""
class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        out=[]
        for t in terms:
            if t=='fail': raise AnsibleError('lookup failed')
            if t=='key': raise KeyError('kk')
            if t=='str': return 'astring'
            if t=='gen': return (x for x in [1,2])
            if t=='tuple': return (1,2)
            if t=='undef': return [variables['nope']]
            if t=='templ': out.append(self._templar.template(variables['tv']))
            elif t=='hv': out.append(variables['hostvars']['localhost']['inventory_hostname'])
            elif t=='file': out.append(self.find_file_in_search_path(variables,'files','f.txt'))
            elif t=='base': out.append(self.get_basedir(variables))
            else: out.append('%s-%s-%s'%(t,self.get_option('color'),self.get_option('count')+1))
        return out
