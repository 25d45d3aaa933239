"""Record what ansible-core 2.19 makes of random templates, for TestAnsible:

    ANSIBLE_DEPRECATION_WARNINGS=0 python3 record_ansible.py 2600 > ansible.jsonl

Run with a Python that has ansible-core 2.19.14. The first line holds the variables; every other line a text ("e"), whether it is
a template ("t") or an expression ("e"), and the repr of the result ("r") or the class and text of the error ("c", "m").
What depends on the order of a Python set or on addresses is left out; names of Ansible's own subclasses of str, list
and dict stand as those of the builtin types.
"""
import copy
import json
import random
import re
import signal
import sys

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

R = random.Random(20261121)
ctx={'s':'Hello World','n':5,'f':2.5,'l':[3,1,2],'d':{'a':1,'b':'x','c':[1,2]},'t':True,'none_':None,'u':'é ü ß','e':'','big':10**25,'ls':['b','A','c'],'ld':[{'k':1,'v':'a'},{'k':2,'v':'b'}],'neg':-7}
names=list(ctx)
def lit():
    return R.choice(['0','1','2','-1','7','10','3.0','0.5','1e20','1.5e-7','123456789012345678901234567890','100','2.675','1e16','255',
      "'a'","'abc'","''","'A b c'","'%s'","'%d %s'","'{} {}'","'x,y,z'","'äöü'","'\\n'","'12'","'3.5'","\"it's\"","'-5'","'  pad '","'%05.2f'","'{:>8}'","'{0:,}'","'%x'","'%r'","'%10s|'","'%-6d|'","'%+d'","'{:08.3f}'","'{!r}'","'%(a)s'","'{a}'",
      '[]','[1, 2, 3]',"['a', 'b']",'{}',"{'a': 1, 'b': 2}",'(1, 2)','()','(1,)','none','true','false','[1, 2.0, "3", none]','[[1, 2], [3]]','{1: 2}'])
def var(): return R.choice(names)
strm=['upper()','lower()','strip()','split()',"split(',')","split('l', 1)",'title()','capitalize()','swapcase()',"replace('l', 'L')","replace('l','',1)","find('o')","rfind('o')","index('o')","count('l')","startswith('H')","endswith(('d','x'))",'isdigit()','isalpha()','isupper()','splitlines()','zfill(8)','center(15)',"center(20,'*')",'ljust(12)',"rjust(12,'.')","partition(' ')","rpartition('o')","rsplit('o',1)","join(['1','2'])","join(l)","format(1,2)","format(a=3)","strip('Hd')","expandtabs(4)","casefold()","removeprefix('He')","removesuffix('ld')","istitle()","isspace()","isalnum()","isidentifier()","encode()","lstrip('H')","rstrip()","nope()","find('o',5)","find('o',-3,20)","isnumeric()","islower()","isdecimal()","isprintable()","split(' ', maxsplit=1)","splitlines(true)"]
listm=['append(1)','index(1)','count(1)','copy()','pop()','insert(0,9)','extend([1])','reverse()','sort()','remove(2)','index(99)','pop(0)','clear()']
dictm=['items()','keys()','values()',"get('a')","get('z')","get('z', 5)","pop('a')","copy()","update({'q':1})","setdefault('n',1)","pop('zz')","popitem()"]
numm=['bit_length()','real','imag','is_integer()','numerator','hex()','as_integer_ratio()','conjugate()']
filts=['length','upper','lower','first','last','sort','reverse','list','join(",")','int','float','string','abs','round','round(1)','default(1)','sum','min','max','unique','title','trim','wordcount','capitalize','replace("a","b")','truncate(5)','center(10)','batch(2)','slice(2)','map("string")|list','select|list','reject|list','map("upper")|list','dictsort','items','tojson','pprint','indent(2)','format(1,2)','int(base=16)','round(2,"floor")','round(0,"ceil")','sort(reverse=true)','attr("real")','random|default(1)|int*0','urlencode','wordwrap(4)','striptags','escape','xmlattr','filesizeformat','groupby(0)','selectattr("k")|list','map(attribute="k")|list','sort(attribute="k")','sum(attribute="k")','join(attribute="v")','map(attribute="k",default=0)|list','select("odd")|list','reject("equalto",1)|list','selectattr("k","gt",1)|list','unique(attribute="k")','batch(2,"x")|list','slice(2,"y")|list','min(attribute="k")','d(2)','e','count','forceescape','safe','center','urlize','rejectattr("v","eq","a")|list','map("default",3)|list','int(9)','float(1.5)','truncate(8,true,"..",0)','lower|title','string|length']
tests=['defined','undefined','none','string','number','mapping','sequence','iterable','odd','even','divisibleby(3)','eq(1)','in([1,2])','true','false','boolean','integer','float','sameas(none)','lower','upper','callable','gt(2)','ne("a")','equalto(2)','lessthan(3)','escaped','filter','test']
ops=['+','-','*','/','//','%','**','==','!=','<','>','<=','>=','in','not in','and','or','~']
def ex(d):
    if d<=0: return R.choice([lit,var])()
    k=R.random()
    if k<.12: return lit()
    if k<.22: return var()
    if k<.45:
        op=R.choice(ops)
        return '(%s %s %s)'%(ex(d-1),op,ex(d-1))
    if k<.50: return '(%s if %s else %s)'%(ex(d-1),ex(d-1),ex(d-1))
    if k<.53: return '(not %s)'%ex(d-1)
    if k<.56: return '(-%s)'%ex(d-1)
    if k<.66: return '(%s|%s)'%(ex(d-1),R.choice(filts))
    if k<.70: return '(%s is %s)'%(ex(d-1),R.choice(tests))
    if k<.72: return '(%s is not %s)'%(ex(d-1),R.choice(tests))
    if k<.80: return '%s.%s'%(R.choice(['s','u','e',"'a b'","'x,y'"]),R.choice(strm))
    if k<.83: return '%s.%s'%(R.choice(['[1,2,3]','[]','l','ls']),R.choice(listm))
    if k<.86: return '%s.%s'%(R.choice(["{'a':1}",'d']),R.choice(dictm))
    if k<.88: return '%s.%s'%(R.choice(["n",'f','t','big','(1.5)','neg']),R.choice(numm))
    if k<.93: return '%s[%s]'%(R.choice(['s','l','d','ls','u','(1,2)',"[1,2,3,4,5]"]),R.choice(['0','-1','1:','::2',':2','::-1','5','"a"','1:-1','n','-2:','4:1:-1','"z"','none','1.0','-9:9:2','true','""']))
    if k<.96: return '[%s, %s]'%(ex(d-1),ex(d-1))
    if k<.98: return '{%s: %s}'%(R.choice(["'k'",'1','n','s','none','t']),ex(d-1))
    return '(%s %% %s)'%(R.choice(["'%s'","'%d'","'%5.1f'","'%s %s'","'%%'","'%x'","'%o'","'%e'","'%g'","'%c'","'%r'","'%i|%s'","'%#x'","'%.3s'","'%*d'","'%s%%'"]),ex(d-1))
ctx.update({'tn':'{{ n }}','tl':['{{ n }}','{{ s }}','x'],'td':{'x':'{{ n + 1 }}','y':{'z':'{{ td.x }}'},'u':'{{ nope }}','items':1},'und':'{{ nope }}','ze':'{{ 1/0 }}','tt':'{{ [1,(2,3)] }}','mix':'a{{ n }}b'})
names=list(ctx)
filts+=['to_json','from_json','to_nice_json','combine({"q":1})','dict2items','items2dict','flatten','regex_replace("l","L")','regex_search("l+")','bool','ternary(1,2)','b64encode','b64decode','quote','basename','dirname','hash("md5")','union([1])','intersect([1])','difference([1])','type_debug','zip([1,2])|list','subelements("k")','mandatory','to_yaml','regex_findall(".")','split','splitext','comment','checksum','human_readable','human_to_bytes','rekey_on_member("k")','extract([1,2,3])','permutations|list','product([1])|list','symmetric_difference([1])','pow(2)','root','log','from_yaml','to_uuid','strftime("x")']*1
tests+=['match("H")','search("l")','regex("x")','version("1.0",">")','superset([1])','subset([1,2,3])','contains(1)','any','all','failed','changed','skipped','succeeded','truthy','falsy','url','file','directory','nan','ansible.builtin.search("l")','abs','link']
def trust(v):
    if isinstance(v,str): return trust_as_template(v)
    if isinstance(v,dict): return {k:trust(x) for k,x in v.items()}
    if isinstance(v,list): return [trust(x) for x in v]
    return v
class TO(Exception): pass
def h(*a): raise TO()
signal.signal(signal.SIGALRM,h)
print(json.dumps({"ctx": ctx}))
for i in range(int(sys.argv[1])):
    k=R.random()
    if k<.5: e='{{ %s }}'%ex(R.choice([1,1,2,2,3])); mode='t'
    elif k<.6: e=ex(R.choice([1,2,2])); mode='e'
    elif k<.7: e='x{{ %s }}y'%ex(R.choice([1,2])); mode='t'
    elif k<.75: e='{{ %s }}\n'%ex(R.choice([1,2])); mode='t'
    elif k<.8: e='{%% if %s %%}%s{%% else %%}{{ %s }}{%% endif %%}'%(ex(1),R.choice(['a','{{ n }}','']),ex(1)); mode='t'
    elif k<.85: e='{%% for i in %s %%}{{ i }}{%% if not loop.last %%},{%% endif %%}{%% endfor %%}'%ex(R.choice([0,1])); mode='t'
    elif k<.88: e='{%% set q = %s %%}{{ q }}'%ex(2); mode='t'
    elif k<.92: e='{{ %s }}{{ %s }}'%(ex(1),ex(1)); mode='t'
    else: e='{%% macro m(a, b=%s) %%}%s{{ a }}{%% endmacro %%}{{ m(%s) }}'%(ex(0),R.choice(['','x','{{ b }}']),ex(1)); mode='t'
    out={'e':e,'mode':mode}
    signal.setitimer(signal.ITIMER_REAL,2)
    try:
        t=Templar(DataLoader(),variables=trust(copy.deepcopy(ctx)))
        if mode=='t': v=t.template(trust_as_template(e))
        else: v=t.evaluate_expression(trust_as_template(e))
        out['r']=repr(v)[:2000]
    except TO: continue
    except MemoryError: continue
    except Exception as x:
        out['c']=type(x).__name__; out['m']=str(x)[:600]
    finally: signal.setitimer(signal.ITIMER_REAL,0)
    text = json.dumps(out)
    if len(text) > 900 or " at 0x" in text or "Markup" in text or re.search(r"union|difference|intersect|unique|lipsum", e):
        continue
    print(re.sub(r"ansible\.[a-z_.]*\._datatag\.|ansible\._internal\._templating\._lazy_containers\.", "", text).replace("_AnsibleLazyTemplateList", "list").replace("_AnsibleLazyTemplateDict", "dict").replace("_AnsibleTaggedStr", "str").replace("_AnsibleLazyAccessTuple", "tuple"))
