package argspec

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// HumanToBytes reads "10", "1.5K", "10 MB" (or, with bits, "10Mb") as ansible-core does; ok is false for anything else.
// A number without a unit is taken as it is.
func HumanToBytes(text string, bits bool) (n value.Value, ok bool) {
	text = strings.TrimRight(text, " \t\r\n\f\v")
	i := 0
	for i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i] == '.') {
		i++
	}
	number, unit := text[:i], strings.TrimLeft(text[i:], " \t\r\n\f\v")
	if number == "" || strings.HasSuffix(number, ".") || strings.Count(number, ".") > 1 {
		return nil, false
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return nil, false
	}
	for _, c := range unit {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return nil, false
		}
	}
	if unit == "" {
		return rounded(f), true
	}
	key := strings.ToUpper(unit[:1])
	power := strings.Index("BKMGTPEZY", key)
	if power < 0 {
		return nil, false
	}
	if len(unit) > 1 {
		word, short := sizeWords[power], key
		if bits {
			word, short = word+"bit", short+"b"
		} else {
			word, short = word+"byte", short+"B"
		}
		if power == 0 { // a lone letter: B or b
			short = short[1:]
		}
		if strings.ToLower(unit) != word && unit != short {
			return nil, false
		}
	}
	return rounded(f * math.Pow(1024, float64(power))), true
}

var sizeWords = [...]string{"", "kilo", "mega", "giga", "tera", "peta", "exa", "zeta", "yotta"}

// rounded is Python's int(round(f)): halves go to the even number.
func rounded(f float64) value.Value {
	n, _ := big.NewFloat(math.RoundToEven(f)).Int(nil)
	return value.NewInt(n)
}
