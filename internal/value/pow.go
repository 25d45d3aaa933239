package value

import (
	"math"
	"math/big"
)

// pow is x ** y rounded to the nearest float, as C libraries give it; math.Pow is off by a few units in the last
// place.
func pow(x, y float64) float64 {
	approx := math.Pow(x, y)
	if x <= 0 || x == 1 || y == 0 || math.IsInf(approx, 0) || math.IsNaN(approx) || approx == 0 || math.IsInf(x, 0) || math.IsInf(y, 0) {
		return approx
	}
	if y == math.Trunc(y) && math.Abs(y) <= 64 && x == math.Trunc(x) && math.Abs(approx) < 1<<53 && approx >= 1 {
		return math.Round(approx) // an exact integer
	}
	const prec = 160
	f := func(v float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(v) }
	l := new(big.Float).SetPrec(prec).Mul(f(y), bigLog(f(x), prec))
	r, _ := bigExp(l, prec).Float64()
	return r
}

// bigLog is the natural logarithm of a positive number.
func bigLog(x *big.Float, prec uint) *big.Float {
	m := new(big.Float).SetPrec(prec)
	e := x.MantExp(m) // x = m * 2**e, m in [0.5, 1)
	if c, _ := m.Float64(); c < math.Sqrt2/2 {
		m.Mul(m, big.NewFloat(2))
		e--
	}
	r := atanhSeries(m, prec)
	return r.Add(r, new(big.Float).SetPrec(prec).Mul(new(big.Float).SetPrec(prec).SetInt64(int64(e)), bigLn2(prec)))
}

// atanhSeries is log(m) = 2 atanh((m-1)/(m+1)) for m near 1.
func atanhSeries(m *big.Float, prec uint) *big.Float {
	one := new(big.Float).SetPrec(prec).SetInt64(1)
	z := new(big.Float).SetPrec(prec).Quo(new(big.Float).SetPrec(prec).Sub(m, one), new(big.Float).SetPrec(prec).Add(m, one))
	z2 := new(big.Float).SetPrec(prec).Mul(z, z)
	sum, power := new(big.Float).SetPrec(prec), new(big.Float).SetPrec(prec).Set(z)
	for k := int64(1); ; k += 2 {
		if power.Sign() == 0 || power.MantExp(nil) < -int(prec)-8 {
			break
		}
		sum.Add(sum, new(big.Float).SetPrec(prec).Quo(power, new(big.Float).SetPrec(prec).SetInt64(k)))
		power.Mul(power, z2)
	}
	return sum.Mul(sum, new(big.Float).SetPrec(prec).SetInt64(2))
}

func bigLn2(prec uint) *big.Float {
	return atanhSeries(new(big.Float).SetPrec(prec).SetInt64(2), prec)
}

// bigExp is e ** x.
func bigExp(x *big.Float, prec uint) *big.Float {
	ln2 := bigLn2(prec)
	q := new(big.Float).SetPrec(prec).Quo(x, ln2)
	f, _ := q.Float64()
	n := math.Round(f)
	r := new(big.Float).SetPrec(prec).Sub(x, new(big.Float).SetPrec(prec).Mul(ln2, new(big.Float).SetPrec(prec).SetFloat64(n)))
	term, sum := new(big.Float).SetPrec(prec).SetInt64(1), new(big.Float).SetPrec(prec).SetInt64(1)
	for k := int64(1); k < 200; k++ {
		term.Mul(term, r)
		term.Quo(term, new(big.Float).SetPrec(prec).SetInt64(k))
		if term.Sign() == 0 || term.MantExp(nil) < -int(prec)-8 {
			break
		}
		sum.Add(sum, term)
	}
	return sum.SetMantExp(sum, int(n))
}
