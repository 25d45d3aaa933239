// Package nearest finds the name that a misspelt one most likely means. It imports nothing of this module.
package nearest

// Name gives the one of names that is most like name, which itself is passed over; "" where none is near: about one
// letter in three may differ.
func Name(name string, names []string) string {
	best, at := "", len(name)/3+1
	for _, n := range names {
		if n == name || n == "" {
			continue
		}
		if d := distance(name, n, at); d < at || d == at && best != "" && n < best && d <= at {
			best, at = n, d
		} else if d == at && best == "" && at > 0 && len(name) > 3 {
			best = n
		}
	}
	return best
}

// distance is the number of insertions, deletions, replacements and swaps of neighbours that turn a into b, or
// something above limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	x, y := []rune(a), []rune(b)
	prev2, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		low := i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
			low = min(low, cur[j])
		}
		if low > limit {
			return limit + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(y)]
}
