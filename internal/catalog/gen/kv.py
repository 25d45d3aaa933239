#!/usr/bin/env python3
"""Records what ansible-core's parse_kv says: internal/argspec/testdata/kv.json.

    /path/to/venv/bin/python internal/catalog/gen/kv.py OUTPUT
"""

import json
import random
import sys

from ansible.parsing.splitter import parse_kv

PIECES = ['a=b', 'a=', '=b', 'a', 'src="x y"', "dest='/tmp/a b'", '{{ foo }}', "x={{ foo | default('a b') }}", '{% if a %}yes{% endif %}', 'chdir=/tmp',
          'creates="/x y"', '\\', 'echo', '-n', '"quoted text"', "'single'", 'a\\=b', 'c:\\dir', '\\n', '\\t', '\\x41', '\\u00e9', 'n="a\\nb"', 'é=ü',
          'line\\', '{# c #}', '"', "'", '{{', '}}', 'k="a=b"', 'a==b', 'removes=x', 'warn=no', 'executable=/bin/bash', 'stdin=x', 'm="it\'s"', "q='a \"b\" c'",
          'x=\\"y\\"', 'tab\there', '&&', '|', '>', 'a="b"c', '  ', '=', '\\=', 'a=b=c', 'key with=space', '#', '{{a}}{{b}}', '{{ "x y" }}=z', '\\\\', 'x=\\', 'λ']


def main():
    rnd = random.Random(1)
    cases = []
    texts = ['', ' ', '\n', 'a=b\nc=d', 'echo \\\n  foo', 'echo "a\nb"', 'x="a\\\nb"', '  a=1   b=2  ', 'src=a dest=b mode=0644', "msg='hello world' verbosity=2"]
    for _ in range(400):
        n = rnd.randint(1, 6)
        texts.append(''.join(rnd.choice(PIECES) + rnd.choice([' ', ' ', ' ', '  ', '\n', ' \\\n ', '']) for _ in range(n)))
    for text in texts:
        for raw in (False, True):
            try:
                d = parse_kv(text, check_raw=raw)
            except Exception as e:
                cases.append({'text': text, 'raw': raw, 'error': str(e)})
                continue
            cases.append({'text': text, 'raw': raw, 'result': d})
    with open(sys.argv[1], 'w') as f:
        f.write('[\n' + ',\n'.join(json.dumps(c, ensure_ascii=False) for c in cases) + '\n]\n')
    print(len(cases))


main()
