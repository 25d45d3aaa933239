package feature

import "strings"

// match says how well a name fits what was typed: 0 is best, -1 is not at all. Case does not count. A prefix beats the
// prefix of a part ("builtin.co", "co" for "ansible.builtin.copy"), which beats letters in order from the first of a part.
func match(name, typed string) int {
	if typed == "" {
		return 1
	}
	if len(typed) > len(name) {
		return -1
	}
	if hasPrefixFold(name, typed) {
		if len(name) == len(typed) {
			return 0
		}
		return 1
	}
	best := -1
	for i := 1; i < len(name); i++ {
		if !isSeparator(name[i-1]) {
			continue
		}
		if hasPrefixFold(name[i:], typed) {
			if name[i-1] == '.' && len(name)-i == len(typed) { // the whole last part
				return 1
			}
			return 2
		}
		if best < 0 && lower(name[i]) == lower(typed[0]) && subsequence(name[i:], typed) {
			best = 4
		}
	}
	if lower(name[0]) == lower(typed[0]) && subsequence(name, typed) {
		return 3
	}
	return best
}

// matchStart is where the part of the name begins that starts with what was typed; 0 where there is none.
func matchStart(name, typed string) int {
	if typed == "" || hasPrefixFold(name, typed) {
		return 0
	}
	for i := 1; i < len(name); i++ {
		if isSeparator(name[i-1]) && hasPrefixFold(name[i:], typed) {
			return i
		}
	}
	return 0
}

func isSeparator(b byte) bool { return b == '.' || b == '_' || b == '-' || b == ' ' || b == '/' }

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func subsequence(name, typed string) bool {
	j := 0
	for i := 0; i < len(name) && j < len(typed); i++ {
		if lower(name[i]) == lower(typed[j]) {
			j++
		}
	}
	return j == len(typed)
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 32
	}
	return b
}
