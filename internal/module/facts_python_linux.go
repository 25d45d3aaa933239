package module

import (
	"strings"
	"sync"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// pythonFacts is what the host's Python says of itself.
type pythonFacts struct {
	version, bits string
	facts         *value.Dict
}

const pythonQuestion = `import sys,json,platform
try:
    from ssl import SSLContext, create_default_context
    ssl = True
except ImportError:
    ssl = False
v = sys.version_info
print(json.dumps([platform.python_version(), platform.architecture()[0].replace('bit', ''),
    {'version': {'major': v[0], 'minor': v[1], 'micro': v[2], 'releaselevel': v[3], 'serial': v[4]},
     'version_info': list(v), 'executable': sys.executable, 'has_sslcontext': ssl, 'type': sys.implementation.name}]))
`

// pythonAnswers keeps what each interpreter said; it is asked again when its file changes.
var pythonAnswers struct {
	sync.Mutex
	of map[string]*pythonFacts
}

// askPython runs the host's interpreter once for its version; nil where there is none that works.
func (f *factRun) askPython() *pythonFacts {
	for _, program := range f.interpreters() {
		if p := f.ask(program); p != nil && p.facts != nil {
			return p
		}
	}
	return nil
}

func (f *factRun) ask(program string) *pythonFacts {
	st, err := stat(program)
	if err != nil {
		return nil
	}
	key := program + "\x00" + value.ToStr(value.Int(st.Mtim.Nano())) + "\x00" + value.ToStr(value.Int(st.Ino))
	pythonAnswers.Lock()
	known := pythonAnswers.of[key]
	pythonAnswers.Unlock()
	if known != nil {
		return known
	}
	p := &pythonFacts{} // of one that does not work, which is not tried again either
	if rc, out, _, err := f.command(nil, program, "-c", pythonQuestion); err != nil {
		return nil
	} else if v, err := value.FromJSON([]byte(out)); err == nil && rc == 0 {
		if list, ok := v.(*value.List); ok && len(list.Items) == 3 {
			p.version, p.bits = value.ToStr(list.Items[0]), value.ToStr(list.Items[1])
			p.facts, _ = list.Items[2].(*value.Dict)
		}
	}
	pythonAnswers.Lock()
	if pythonAnswers.of == nil {
		pythonAnswers.of = map[string]*pythonFacts{}
	}
	pythonAnswers.of[key] = p
	pythonAnswers.Unlock()
	return p
}

// pythonNames are the names under which ansible-core 2.19 looks for a Python, in its order.
var pythonNames = []string{"python3.13", "python3.12", "python3.11", "python3.10", "python3.9", "python3.8", "/usr/bin/python3", "python3"}

// interpreters lists the Python that the controller named, or those that are installed.
func (f *factRun) interpreters() []string {
	environ := f.environ(nil)
	if f.Interpreter != "" {
		if !strings.Contains(f.Interpreter, "/") {
			return []string{lookPath(f.Interpreter, environ)}
		}
		return []string{f.Interpreter}
	}
	var out []string
	for _, name := range pythonNames {
		if strings.HasPrefix(name, "/") {
			if accessible(name, accessExecute) {
				out = append(out, name)
			}
		} else if path := lookPath(name, environ); path != "" {
			out = append(out, path)
		}
	}
	return out
}

func pythonCollector(f *factRun) *value.Dict {
	p := f.python()
	if p == nil || p.facts == nil {
		return nil
	}
	return value.NewDict("python", p.facts)
}
