package callback

// The colours of ansible-core's defaults, as the parameters of the terminal's escape sequence.
const (
	colorOK          = "0;32"
	colorChanged     = "0;33"
	colorSkip        = "0;36"
	colorIncluded    = "0;36"
	colorError       = "0;31"
	colorUnreachable = "1;31"
	colorWarn        = "1;35"
	colorDeprecate   = "0;35"
	colorDebug       = "1;30"
	colorVerbose     = "0;34"
	colorDiffAdd     = "0;32"
	colorDiffRemove  = "0;31"
	colorDiffLines   = "0;36"
)

// Color is the escape sequence's parameter of a colour by the name that ansible-core's settings have for it; "" for none.
func Color(name string) string {
	switch name {
	case "black":
		return "0;30"
	case "bright gray":
		return "0;37"
	case "blue":
		return "0;34"
	case "white":
		return "1;37"
	case "green":
		return "0;32"
	case "bright blue":
		return "1;34"
	case "cyan":
		return "0;36"
	case "bright green":
		return "1;32"
	case "red":
		return "0;31"
	case "bright cyan":
		return "1;36"
	case "purple":
		return "0;35"
	case "bright red":
		return "1;31"
	case "yellow":
		return "0;33"
	case "bright purple":
		return "1;35"
	case "dark gray":
		return "1;30"
	case "bright yellow":
		return "1;33"
	case "magenta":
		return "0;35"
	case "bright magenta":
		return "1;35"
	case "normal":
		return "0"
	}
	return ""
}
