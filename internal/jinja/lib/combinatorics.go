package lib

import (
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// maxRows bounds what one combinatorial filter may give.
const maxRows = 1 << 22

func tooMany() error {
	return value.Errorf("MemoryError", "more than %d items are too many", maxRows)
}

func lists(vs ...value.Value) ([][]value.Value, error) {
	out := make([][]value.Value, len(vs))
	for i, v := range vs {
		all, err := items(v)
		if err != nil {
			return nil, err
		}
		out[i] = all
	}
	return out, nil
}

// pools are the input of product, zip and zip_longest: the piped list and the others.
func pools(c *jinja.Call) ([][]value.Value, error) {
	return lists(append([]value.Value{}, stars(c.Args[0])...)...)
}

func product(c *jinja.Call) (value.Value, error) {
	all, err := pools(c)
	if err != nil {
		return nil, err
	}
	repeat, err := intArg(c.Args[1])
	if err != nil {
		return nil, err
	}
	if repeat < 0 {
		return nil, valueError("repeat argument cannot be negative")
	}
	rows := [][]value.Value{{}}
	for range repeat {
		for _, pool := range all {
			if len(rows)*len(pool) > maxRows {
				return nil, tooMany()
			}
			next := make([][]value.Value, 0, len(rows)*len(pool))
			for _, row := range rows {
				for _, v := range pool {
					next = append(next, append(row[:len(row):len(row)], v))
				}
			}
			rows = next
		}
	}
	return tuples("product", rows), nil
}

// tuples gives an iterator of tuples, as itertools does.
func tuples(kind string, rows [][]value.Value) value.Value {
	return iterator(kind, func() ([]value.Value, error) {
		out := make([]value.Value, len(rows))
		for i, row := range rows {
			out[i] = tuple(row...)
		}
		return out, nil
	})
}

func zip(c *jinja.Call) (value.Value, error) {
	all, err := pools(c)
	if err != nil {
		return nil, err
	}
	n := 0
	for i, pool := range all {
		if i == 0 || len(pool) < n {
			n = len(pool)
		}
	}
	if on(c.Args[1]) {
		for i, pool := range all {
			word := ""
			switch {
			case len(pool) == len(all[0]):
				continue
			case len(pool) < len(all[0]):
				word = "shorter"
			default:
				word = "longer"
			}
			before := "argument 1"
			if i > 1 {
				before = "arguments 1-" + value.ToStr(value.Int(i))
			}
			return nil, valueError("zip() argument %d is %s than %s", i+1, word, before)
		}
	}
	rows := make([][]value.Value, n)
	for i := range rows {
		for _, pool := range all {
			rows[i] = append(rows[i], pool[i])
		}
	}
	return tuples("zip", rows), nil
}

func zipLongest(c *jinja.Call) (value.Value, error) {
	all, err := pools(c)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, pool := range all {
		n = max(n, len(pool))
	}
	rows := make([][]value.Value, n)
	for i := range rows {
		for _, pool := range all {
			if i < len(pool) {
				rows[i] = append(rows[i], pool[i])
			} else {
				rows[i] = append(rows[i], c.Args[1])
			}
		}
	}
	return tuples("zip_longest", rows), nil
}

func combinations(c *jinja.Call) (value.Value, error) {
	pool, err := items(c.Args[0])
	if err != nil {
		return nil, err
	}
	r, err := intArg(c.Args[1])
	if err != nil {
		return nil, err
	}
	if r < 0 {
		return nil, valueError("r must be non-negative")
	}
	var rows [][]value.Value
	var grow func(start int, row []value.Value) bool
	grow = func(start int, row []value.Value) bool {
		if len(row) == r {
			rows = append(rows, append([]value.Value{}, row...))
			return len(rows) <= maxRows
		}
		for i := start; i <= len(pool)-(r-len(row)); i++ {
			if !grow(i+1, append(row, pool[i])) {
				return false
			}
		}
		return true
	}
	if !grow(0, nil) {
		return nil, tooMany()
	}
	return tuples("combinations", rows), nil
}

func permutations(c *jinja.Call) (value.Value, error) {
	pool, err := items(c.Args[0])
	if err != nil {
		return nil, err
	}
	r := len(pool)
	if !isNone(c.Args[1]) {
		n, ok := value.Index(c.Args[1])
		if !ok {
			return nil, typeError("Expected int as r")
		}
		r = int(n)
	}
	if r < 0 {
		return nil, valueError("r must be non-negative")
	}
	var rows [][]value.Value
	used := make([]bool, len(pool))
	var grow func(row []value.Value) bool
	grow = func(row []value.Value) bool {
		if len(row) == r {
			rows = append(rows, append([]value.Value{}, row...))
			return len(rows) <= maxRows
		}
		if r > len(pool) {
			return true
		}
		for i, v := range pool {
			if used[i] {
				continue
			}
			used[i] = true
			ok := grow(append(row, v))
			used[i] = false
			if !ok {
				return false
			}
		}
		return true
	}
	if !grow(nil) {
		return nil, tooMany()
	}
	return tuples("permutations", rows), nil
}
