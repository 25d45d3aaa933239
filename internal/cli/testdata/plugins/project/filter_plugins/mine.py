from ansible.errors import AnsibleFilterError, AnsibleError
from jinja2 import pass_context, pass_environment
import datetime
def up(v, n=1): return v.upper()*n
def fail_plain(v): raise ValueError('bad %s' % v)
def fail_filter(v): raise AnsibleFilterError('no good: %s' % v)
def fail_from(v):
    try: {}['k']
    except KeyError as e: raise AnsibleFilterError('outer') from e
def fail_ctx(v):
    try: {}['k']
    except KeyError as e: raise AnsibleError('outer ctx')
def fail_obj(v): raise AnsibleFilterError('with obj', obj=v)
def gen(v):
    for x in range(3): yield x
@pass_context
def ctx(c, v): return c['inventory_hostname'] + v + str(c.get('y'))
@pass_environment
def env(e, v): return type(e).__name__
class Thing:
    def __init__(s): s.a=5
    def __str__(s): return 'thing!'
    def __repr__(s): return 'T()'
def obj(v): return Thing()
def attr(t): return t.a
def first(l): return l[0]
def second(l): return l[1]
def todict(l): return {1:2,'a':(1,2),'s':{1},'d':datetime.date(2020,1,2),'dt':datetime.datetime(2020,1,2,3,4,5), 'b': b'xy', 'n': None, 'f':float('inf'), 'big': 10**30}
def shout(v):
    print("printed", v)
    return v
def typ(v): return type(v).__name__
def b64encode(v): return 'MINE '+v
def default(v, x): return 'MYDEFAULT'
def tmpl(v): return '{{ 1+1 }}'
class FilterModule(object):
    def filters(self):
        return {k: v for k, v in globals().items() if callable(v) and k not in ('FilterModule',)}
