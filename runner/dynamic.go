package runner

import (
	"github.com/rehearse-dev/rehearse/internal/value"
	"github.com/rehearse-dev/rehearse/runner/callback"
)

// inventoryChange takes in what add_host and group_by ask for.
func (p *playRun) inventoryChange(r, it *result) error {
	inv := p.o.Inventory
	defer p.inventoryWarnings()
	changed := false
	if v, ok := it.dict.Raw("add_host"); ok {
		d, _ := v.(*value.Dict)
		p.dynamic = append(p.dynamic, func() error { _, err := p.addHost(d); return err })
		c, err := p.addHost(d)
		if err != nil {
			return err
		}
		changed = c
	} else if v, ok := it.dict.Raw("add_group"); ok {
		name := value.ToStr(v)
		var parents []string
		if l, ok := it.dict.Raw("parent_groups"); ok {
			if list, ok := l.(*value.List); ok {
				for _, x := range list.Items {
					parents = append(parents, value.ToStr(x))
				}
			}
		}
		host := r.host.Name
		p.dynamic = append(p.dynamic, func() error {
			h := inv.Host(host)
			if h == nil {
				return nil
			}
			_, err := inv.GroupBy(h, name, parents)
			return err
		})
		c, err := inv.GroupBy(r.host, name, parents)
		if err != nil {
			return err
		}
		changed = c
	}
	it.dict.Put("changed", value.Bool(changed))
	over := &value.Dict{}
	for k, v := range it.vars.RawAll() {
		over.Set(k, v)
	}
	if r.spec.register != "" {
		over.Put(r.spec.register, it.dict)
	}
	tpl := p.templar(p.scope(r.host, r.spec).With(over), r.host, r.spec)
	if len(r.spec.changed) > 0 {
		ok, _, err := all_(tpl, r.spec.changed)
		if err != nil {
			return err
		}
		it.dict.Put("changed", value.Bool(ok))
	}
	if len(r.spec.failed) > 0 {
		ok, _, err := all_(tpl, r.spec.failed)
		if err != nil {
			return err
		}
		it.dict.Put("failed", value.Bool(ok))
		it.dict.Put("failed_when_result", value.Bool(ok))
	}
	if it != r {
		p.emit(callback.ItemResult{Result: it.shown()})
		if flagOf(it.dict, "changed") {
			r.dict.Put("changed", value.Bool(true))
		}
		if flagOf(it.dict, "failed") {
			r.dict.Put("failed", value.Bool(true))
		}
	}
	return nil
}

func (p *playRun) addHost(d *value.Dict) (bool, error) {
	get := func(k string) value.Value { v, _ := d.Raw(k); return v }
	var groups []string
	if l, ok := get("groups").(*value.List); ok {
		for _, g := range l.Items {
			groups = append(groups, value.ToStr(g))
		}
	}
	hv, _ := get("host_vars").(*value.Dict)
	if hv == nil {
		hv = &value.Dict{}
	}
	return p.o.Inventory.AddDynamic(value.ToStr(get("host_name")), groups, hv)
}

// refreshInventory reads the sources again (meta: refresh_inventory).
func (p *playRun) refreshInventory() error {
	if p.o.Refresh == nil {
		return nil
	}
	if err := p.o.Refresh(); err != nil {
		return err
	}
	for _, again := range p.dynamic {
		if err := again(); err != nil {
			return err
		}
	}
	for i, h := range p.batch {
		if fresh := p.o.Inventory.Host(h.Name); fresh != nil {
			p.batch[i] = fresh
		}
	}
	p.store.Forget()
	return nil
}
