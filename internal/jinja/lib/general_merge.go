package lib

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func lookupMergeVariables(c *jinja.Call) (value.Value, error) {
	if err := kwargsDefined(c); err != nil {
		return nil, err
	}
	if !isNone(option(c, "groups", value.None{})) {
		return nil, ansibleError("community.general.merge_variables: the option groups is not supported here")
	}
	how, err := textOption(c, "pattern_type", "regex")
	if err != nil {
		return nil, err
	}
	override, err := textOption(c, "override", "error")
	if err != nil {
		return nil, err
	}
	out := &value.List{}
	for _, term := range c.Args {
		pattern, ok := str(term)
		if !ok {
			return nil, ansibleError("Non-string type '%s' passed, only 'str' types are allowed!", pyClass(term))
		}
		var result value.Value
		if v := option(c, "initial_value", value.None{}); !isNone(v) {
			if !isContainer(v) {
				return nil, ansibleError("Not supported type detected, variable must be a list or a dict")
			}
			result = v
		}
		for _, name := range variableNames(c) {
			matched := how == "prefix" && strings.HasPrefix(name, pattern) || how == "suffix" && strings.HasSuffix(name, pattern)
			if how == "regex" {
				re, err := compile(value.S(pattern), nil, nil)
				if err != nil {
					return nil, err
				}
				m, err := re.Search(name)
				if err != nil {
					return nil, pythonError(err)
				}
				matched = m != nil
			}
			if !matched {
				continue
			}
			if result, err = mergeVariable(c, name, result, override); err != nil {
				return nil, err
			}
		}
		if result == nil {
			result = value.None{}
		}
		out.Items = append(out.Items, result)
	}
	return out, nil
}

func mergeVariable(c *jinja.Call, name string, result value.Value, override string) (value.Value, error) {
	v, _ := variable(c, name)
	v, err := c.Resolve(v)
	if err != nil {
		return nil, err
	}
	if !isContainer(v) {
		return nil, ansibleError("Not supported type detected, variable must be a list or a dict")
	}
	if result == nil {
		return v, nil
	}
	if value.TypeName(v) != value.TypeName(result) {
		return nil, ansibleError("Unable to merge, not all variables are of the same type")
	}
	if d, ok := asDict(v); ok {
		return mergeVariableDict(c, d, result.(*value.Dict), name, override)
	}
	return value.Add(result, v)
}

// mergeVariableDict lays src over a copy of dest: dicts merge, lists are joined, a value that differs is a conflict.
func mergeVariableDict(c *jinja.Call, src, dest *value.Dict, path, override string) (*value.Dict, error) {
	out := dest.Copy()
	for k, v := range src.All() {
		old, has := out.GetValue(k)
		if d, ok := asDict(v); ok {
			node := &value.Dict{}
			if has {
				if node, ok = asDict(old); !ok {
					return nil, attributeError(old, "setdefault")
				}
			}
			merged, err := mergeVariableDict(c, d, node, path+"."+value.ToStr(k), override)
			if err != nil {
				return nil, err
			}
			out.Set(k, merged)
			continue
		}
		if _, isList := v.(*value.List); isList && has {
			joined, err := value.Add(old, v)
			if err != nil {
				return nil, err
			}
			out.Set(k, joined)
			continue
		}
		if has && !value.Equal(old, v) {
			msg := "The key '" + value.ToStr(k) + "' with value '" + value.ToStr(old) + "' will be overwritten with value '" + value.ToStr(v) + "' from '" + path + "." + value.ToStr(k) + "'"
			switch override {
			case "error":
				return nil, ansibleError("%s", msg)
			case "warn":
				c.Warn(msg)
			}
		}
		out.Set(k, v)
	}
	return out, nil
}
