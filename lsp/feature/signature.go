package feature

import "github.com/rehearse-dev/rehearse/internal/jinja"

// SignatureHelp is the call around a cursor.
type SignatureHelp struct {
	Label      string
	Doc        string
	Parameters []jinja.Param
	Labels     []string // of the parameters, as they stand in Label
	Active     int      // the parameter that the cursor is at, -1 for none
}

// Signature shows the filter, test or function whose arguments the cursor is in; nil outside of calls.
func SignatureAt(in *Input, off int) *SignatureHelp {
	if in.TooLarge {
		return nil
	}
	p := locate(in, in.Tree(), off)
	e, ok := expressionAt(in, &p, off)
	if !ok || e.call == "" {
		return nil
	}
	f := in.Functions.find(e.callRole, e.call)
	if f == nil {
		return nil
	}
	h := &SignatureHelp{Label: Signature(f), Doc: f.Doc, Active: -1}
	at := e.argument
	if e.piped {
		at++
	}
	for i := range f.Params {
		q := &f.Params[i]
		h.Parameters = append(h.Parameters, *q)
		h.Labels = append(h.Labels, parameter(q))
		switch {
		case e.keyword != "":
			if q.Name == e.keyword {
				h.Active = i
			}
		case i == at, q.Star && at >= i:
			h.Active = i
		}
	}
	return h
}
