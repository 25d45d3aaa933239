package value

import (
	"math"
	"math/big"
)

// FloatPow is x ** y of floats, rounded as C libraries round it.
func FloatPow(x, y float64) float64 { return pow(x, y) }

// FloatLog is the natural logarithm of a positive number, rounded to the nearest float.
func FloatLog(x float64) float64 {
	if x <= 0 || x == 1 || math.IsInf(x, 0) || math.IsNaN(x) {
		return math.Log(x)
	}
	const prec = 160
	r, _ := bigLog(new(big.Float).SetPrec(prec).SetFloat64(x), prec).Float64()
	return r
}

// FloatLog10 is the logarithm to base 10.
func FloatLog10(x float64) float64 {
	if x <= 0 || x == 1 || math.IsInf(x, 0) || math.IsNaN(x) {
		return math.Log10(x)
	}
	const prec = 160
	f := func(v float64) *big.Float { return bigLog(new(big.Float).SetPrec(prec).SetFloat64(v), prec) }
	r, _ := new(big.Float).SetPrec(prec).Quo(f(x), f(10)).Float64()
	return r
}
