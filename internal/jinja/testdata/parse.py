"""Tell how Jinja2 reads templates: one JSON text per line of standard input, one JSON answer per line of output.

An answer is null where the text parses, else {"line": ..., "message": ...}. Used by TestCorpus.
"""
import json
import sys

import jinja2

env = jinja2.Environment(trim_blocks=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
for line in sys.stdin:
    item = json.loads(line)
    try:
        if item["expression"]:
            parser = jinja2.parser.Parser(env, item["text"], state="variable")
            parser.parse_expression()
            if not parser.stream.eos:
                raise jinja2.TemplateSyntaxError("chunk after expression", parser.stream.current.lineno)
        else:
            env.parse(item["text"])
        print("null")
    except jinja2.TemplateSyntaxError as e:
        print(json.dumps({"line": e.lineno, "message": e.message}))
    except RecursionError:
        print(json.dumps({"line": 0, "message": "recursion"}))
