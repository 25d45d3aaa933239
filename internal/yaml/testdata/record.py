#!/usr/bin/env python3
"""Records what PyYAML over libyaml reads and prints: python3 record.py > pyyaml.jsonl

With folders as arguments it records their YAML files instead: REHEARSE_PYYAML names such a record for the test.

Each line is {"in": text, "tree": tree, "value": repr} or {"in": text, "error": "line:column context | problem"} or
{"dump": JSON, "options": {...}, "out": text}. Recorded with PyYAML 6.0.3 and libyaml 0.2.5, which ansible-core uses.
"""
import json
import os
import random
import sys

import yaml
from yaml import CSafeDumper, CSafeLoader

random.seed(20261121)


def position(node):
    if isinstance(node, yaml.ScalarNode) and node.value == '' and not node.style:
        return ''
    return '%d:%d ' % (node.start_mark.line + 1, node.start_mark.column + 1)


def tree(node, path=()):
    if id(node) in path:
        return '...'
    path += (id(node),)
    tag = node.tag.replace('tag:yaml.org,2002:', '!!', 1)
    head = position(node) + tag
    if isinstance(node, yaml.ScalarNode):
        return '%s %s %s' % (head, node.style or 'p', json.dumps(node.value))
    if isinstance(node, yaml.MappingNode):
        return head + ' {' + ', '.join(tree(k, path) + ': ' + tree(v, path) for k, v in node.value) + '}'
    return head + ' [' + ', '.join(tree(v, path) for v in node.value) + ']'


def mark(error):
    m = error.problem_mark
    return '%d:%d' % (m.line + 1, m.column + 1) if m else ''


def read(text):
    case = {'in': text}
    try:
        loader = CSafeLoader(text)
        trees = []
        while loader.check_node():
            trees.append(tree(loader.get_node()))
        case['tree'] = trees
    except yaml.MarkedYAMLError as error:
        case['error'] = '%s %s | %s' % (mark(error), error.context or '', error.problem)
        return case
    except yaml.YAMLError as error:
        case['error'] = str(error)
        return case
    try:
        case['value'] = [repr(v) for v in yaml.load_all(text, Loader=CSafeLoader)]
    except Exception as error:  # ValueError and KeyError come from the constructor, too
        case['refused'] = getattr(error, 'problem', None) or str(error)
    return case


SCALARS = '''y Y yes Yes YES yEs n no No NO true True TRUE tRue false False FALSE on On ON off Off OFF null Null NULL nULL ~ ~~
0 00 01 07 08 09 0644 0o644 0O7 0b101 0b2 0b_1 0x1f 0X1F 0x_ff 0xg 1_000 _1 1_ -1 +1 --1 +-1 - + -0 +0x10 -0b11 -017
1:30 1:60 01:30 1:3 1:30:45 190:20:30 1:30.5 -1:30 1:2:3.4 1:99 12:30:45.123 1: 0:1 9999999999999999999999 -9223372036854775808 9223372036854775808
1.0 1. .5 . .. -.5 +.5 1e3 1E3 1.0e3 1.0e+3 1.0E-3 1.e+3 1e+3 .5e+3 5.e3 1_0.5_0 _1.5 1._5 ._5 .5_ 0.1 00.1 09.5 08.5e+1 685_230.15 190:20:30.15
.inf .Inf .INF .iNf +.inf -.inf .nan .NaN .NAN .Nan +.nan inf nan infinity
2001-12-14 2001-1-1 2001-13-01 2001-02-30 0000-01-01 2001-12-14T21:59:43Z 2001-12-14t21:59:43.10-05:00 2001-12-15_02:59:43.1
2001-12-14T1:59:43+5 2001-12-14T21:59:43.123456789 2001-12-14T25:00:00 2001-12-14T21:59 12:30:45 2001-12-14T21:59:43+24:00 2001-1-1T00:00:00
= << <<< ! & a:b http://x/y#z a#b "" '' "yes" '1' -- --- ... -a ?a :a a? {{x}} @a `a %a |a >a é 😀 192.168.1.1 1.2.3 1,000 0.0.0.0 00:11:22:33:44:55 1-2 2001-12 infinity NULL1 nulls'''.split()
SCALARS += ['2001-12-14 21:59:43', '2001-12-14 21:59:43.1 -5', '2001-12-14 \t21:59:43 Z', '2001-12-14 21:59:43 +05:30', 'a b', 'yes ', ' no', '1 2', "'it''s'", '"a\\tb\\x41\\u00e9\\U0001F600\\N\\_\\L\\P\\e\\0\\a\\/"', '"\\z"', '"\\ud800"', '"\\x4"']

DOCUMENTS = ['', '\n', '# c\n', '---\n', '---\n---\n', '...\n', 'a\n...\nb\n', '--- a\n--- b\n', '%YAML 1.1\n---\na: b\n', '%YAML 1.2\n--- a', '%YAML 2.0\n--- a', '%FOO\n--- a', '%TAG !e! tag:e,2000:\n--- !e!x\n',
    '%TAG ! tag:e,2000:\n--- !x y\n', '!e!x y', '!<tag:yaml.org,2002:str> 1', '!!str 1', '!!int "1"', '!!float 1', '!!float 1e3', '!!bool yes', '!!null x', '!!foo x', '!foo x', '! 1', '! "1"', '!!binary aGVsbG8=', '!!binary |\n  aGVs\n  bG8=\n', '!!binary aGVsbG8', '!!set {a: 1, a: 2}', '!!set [a]', '!!omap [a: 1, b: 2]', '!!omap {a: 1}', '!!omap [a]', '!!pairs [a: 1, a: 2]', '!!seq {a: b}', '!!map [a]', '!!str [a]', '!!timestamp 2001-1-2', '!!timestamp x', '!!python/tuple [1]',
    'a: &x 1\nb: *x\n', 'a: *x\n', 'a: &x 1\nb: &x 2\n', '&a [*a]', 'a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 3\n', 'a: &x {k: 1}\nb: &y {k: 2, l: 3}\nc:\n  <<: [*x, *y]\n  m: 4\n', '<<: 1', '<<: [1]', 'a: <<', 'a: =', '=: a', '"<<": {a: b}', '!!merge x: {a: b}', '? a\n: b\n', '? [a]\n: b\n', '? a\n', '{a: b}: c', '{{ a }}', 'a: {{ b }}', 'a: b: c', 'a:\n- b\n- c\n', 'a:\n  - b\n  -\n  - c: d\n    e: f\n', '- - a\n  - b\n-\n  - c\n', '- a\n b\n  c\n- d\n', '- - a\n - b\n', 'a:\n   b: 1\n  c: 2\n', 'a:\n b\nc: d\n',
    'a: b\n c\n\n d\ne: f\n', '"a\n b\n\n c"', "'a\n b\n\n  c '", '"a \\\n   b"', '"a\\\n\n b"', '"a\n---\nb"', 'a: |\n  b\n   c\n\n  d\n', 'a: |2\n   b\n  c\n', 'a: |-\n  b\n\n', 'a: |+\n  b\n\n\nc: d\n', 'a: >\n  b\n  c\n\n  d\n   e\n  f\n', 'a: >+\n  b\n\n', 'a: >-\n\n  b\n\n\n  c\n', 'a: |0\n b', 'a: |x\n b', 'a: |\n\tb\n', 'a: |\nb: c\n', 'a: |  # c\n  b\n', '- |\n a\n- >\n b\n', '--- |\na\n', 'a:\tb\n', 'a\tb', '\ta: b', 'a:\n\tb: c\n', '- a\t\n', '[a, b, ]', '[a, , b]', '[a b]', '[a: b, c]', '[a: b: c]', '[? a : b]', '[? a]', '{a, b: , c: d}', '{? a : b}', '{a: b, c}', '{a:b}', '{"a":b}', '{a:,b}', '[a:]', '[a?b, ?c]', '[http://a/b?c=d]', '[-1, - 1]', '[a\n b,\n  c\n]', 'a: [b,\nc]\nd: e', '{a: [1, {b: c}]}', '[', ']', '{', '}', '[a}', '[a', 'a]', '"a', "'a", '"a" b', "'a'b", 'a: "b" c', '- "a": b', '"a"\n: b', 'a\nb: c', 'a: b\nc', '* a', '&', '&a', '*a*', '&a,b', '&a: b', '*a : b', '@', '`', '%a', 'a: %b', 'a #b', 'a#b', '#a', 'a:#b', 'a: #b', 'a: b#c #d', '?', ':', ': a', '-', '- ', '-a', '--', '--- ', '---a', 'a\x00b', 'a\x01b', 'a\x7fb', 'a\x85b', 'a\u2028b', 'a: \ufeffb', 'a\r\nb\r\n', 'a: 1\rb: 2\r', 'x' * 1030 + ': y', '? ' + 'x' * 1030 + '\n: y', '"' + 'é' * 700 + '": y', 'a: 1\na: 2', '1: a\n1.0: b\ntrue: c', '[a]: b', 'é: ü\n- x', 'key: [a, b\nother: c\n', '- name: x\n  cop\n  when: y\n']

PIECES = ['a', 'b: ', '- ', '- a\n', 'a: b\n', '  ', '\n', '    ', ': ', '? ', '[', '{', '}', ']', ', ', "'", '"', '|\n', '>-\n', '|2\n', '&x ', '!t ', '!!str ', '---\n', '...\n', '#c\n', ' #c', '\t', 'x y', '\\n', '\\\n', '\r\n', '12', '~', '<<', '>+\n  a\n\n', 'é', '"a\n  b"', "'it''s'", 'key:\n  - 1\n', '  k: v\n', '-\n', 'a:\n', '|\n  x\n   y\n\n', '>\n  f\n  g\n']


def dumps():
    texts = ['a', 'b c', '', ' a', 'a ', 'a\nb', 'a\n b', 'a\n', '\na', 'a: b', 'a:', '- a', '-a', '# a', 'a #b', "it's", '"', '\\', '\t', 'é', '😀', '\u2028', '\x85', '\x07', '{a', 'a{b', 'a,b', '?', '? a', ':', '@', '%', '`', '!', '&', '*', '1', '0x1', '1.5', '1e3', 'yes', 'null', '~', '=', '<<', '1:30', '2001-01-01', '---', '--- a', '...', 'word ' * 30, 'x' * 100, 'x' * 130, "it's " * 25, 't\t ' * 30, 'line\n' * 3, 'a\n\nb\n\n', 'a' * 79 + ' b']
    values = texts + [None, True, False, 0, -1, 10 ** 30, 1.0, 1e20, 1e-7, 0.1, [], {}, [[]], {'a': {}}, [1, [2, [3]], {'a': [1, {'b': []}]}], {'b': 1, 'a': [1, 2], 'c': {'d': 'e'}}, [{'a': 1, 'b': 2}, {'a': 3}], {'x' * 130: 1}, {'a\nb': 1}, {'k': 'word ' * 30}, {'k': {'l': "it's " * 30}}, list(range(40)), {str(i): i for i in range(20)}, ['x' * 30] * 5]
    for value in values:
        yield value, {}
        yield {'key': [value]}, {'Indent': 4, 'AllowUnicode': True}
    for value in random.sample(values, 40):
        yield {'a': value, 'b': [value]}, {'Flow': random.choice([1, 2]), 'Width': random.choice([20, 80, 1000]), 'AllowUnicode': True}
        yield [value], {'DefaultStyle': ord(random.choice('\'"|>'))}
    for value in random.sample(values, 10):
        yield {'a': [value]}, {'Canonical': True}
        yield value, {'ExplicitStart': True, 'ExplicitEnd': True}


class Dumper(CSafeDumper):
    def ignore_aliases(self, data):
        return True


def corpus(folders):
    for folder in folders:
        for directory, _, names in os.walk(folder):
            for name in sorted(names):
                path = os.path.join(directory, name)
                if name.endswith(('.yml', '.yaml')) and os.path.isfile(path):
                    try:
                        text = open(path, encoding='utf-8', newline='').read()
                    except UnicodeDecodeError:
                        continue
                    print(json.dumps(read(text), separators=(',', ':')))


def main():
    if sys.argv[1:]:
        corpus(sys.argv[1:])
        return
    cases = [read(s) for s in SCALARS] + [read('k: ' + s) for s in SCALARS[::3]] + [read(d) for d in DOCUMENTS]
    for _ in range(700):
        cases.append(read(''.join(random.choice(PIECES) for _ in range(random.randint(2, 12)))))
    for value, options in dumps():
        keywords = {'allow_unicode': options.get('AllowUnicode', False), 'default_flow_style': [False, None, True][options.get('Flow', 0)]}
        for ours, theirs in (('Indent', 'indent'), ('Width', 'width'), ('Canonical', 'canonical'), ('ExplicitStart', 'explicit_start'), ('ExplicitEnd', 'explicit_end')):
            if ours in options:
                keywords[theirs] = options[ours]
        if 'DefaultStyle' in options:
            keywords['default_style'] = chr(options['DefaultStyle'])
        cases.append({'dump': json.dumps(value), 'options': options, 'out': yaml.dump(value, Dumper=Dumper, **keywords)})
    seen = set()
    for case in cases:
        line = json.dumps(case, ensure_ascii=True, separators=(',', ':'))
        if line not in seen:
            seen.add(line)
            print(line)


main()
