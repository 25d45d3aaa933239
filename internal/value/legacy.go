package value

// Legacy decodes what ansible-core's legacy JSON profiles have besides plain JSON: {"__ansible_unsafe": text} is a text
// that is never templated, {"__ansible_vault": text} a vaulted one. trust says for a path of keys whether the other texts
// there may be templated; list items have their list's path with one more key.
func Legacy(v Value, trust func(path []string) bool) Value { return legacy(v, nil, trust) }

func legacy(v Value, path []string, trust func([]string) bool) Value {
	switch v := v.(type) {
	case Str:
		v.Trusted = trust(path)
		return v
	case *List:
		l := &List{Items: make([]Value, len(v.Items)), At: v.At}
		for i, x := range v.Items {
			l.Items[i] = legacy(x, append(path[:len(path):len(path)], ""), trust)
		}
		return l
	case *Dict:
		if v.Len() == 1 {
			if u, ok := v.Raw("__ansible_unsafe"); ok {
				if s, ok := u.(Str); ok {
					return Str{S: s.S, At: s.At}
				}
			}
			if c, ok := v.Raw("__ansible_vault"); ok {
				if s, ok := c.(Str); ok {
					return &Vault{Ciphertext: s.S, At: s.At}
				}
			}
		}
		d := &Dict{At: v.At}
		for k, x := range v.RawAll() {
			d.Set(k, legacy(x, append(path[:len(path):len(path)], ToStr(k)), trust))
		}
		return d
	}
	return v
}

// InventoryTrust is the trust of the profile inventory_legacy: only variables may be templated, those of hosts under
// _meta.hostvars and those of groups under vars.
func InventoryTrust(path []string) bool {
	return len(path) >= 4 && path[0] == "_meta" && path[1] == "hostvars" || len(path) >= 3 && path[1] == "vars"
}
