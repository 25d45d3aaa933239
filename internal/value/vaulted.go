package value

import (
	"sync"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// vaulted finds the vault that a decrypted text came from, by the place that the text carries; marked is the other way
// round, so that each vault has one place.
var vaulted, marked sync.Map

// Mark gives the decrypted text of a vault a place by which VaultOf knows it again.
func (v *Vault) Mark(s Str) Str {
	at, ok := marked.Load(v)
	if !ok {
		place := &source.Location{}
		if v.At != nil {
			*place = *v.At
		}
		at, _ = marked.LoadOrStore(v, place)
		vaulted.Store(at, v)
	}
	s.At = at.(*source.Location)
	return s
}

// VaultOf gives the vault that a value is, or that it was decrypted from; nil where there is none.
func VaultOf(v Value) *Vault {
	switch v := v.(type) {
	case *Vault:
		return v
	case Str:
		if v.At != nil {
			if x, ok := vaulted.Load(v.At); ok {
				return x.(*Vault)
			}
		}
	case *Undefined: // a vault that could not be opened
		x, _ := v.Owner.(*Vault)
		return x
	}
	return nil
}
