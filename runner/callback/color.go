package callback

import (
	"strconv"
	"strings"
)

// What a colour stands for, by the ends of the settings' names: COLOR_OK, COLOR_CHANGED, ...
const (
	colorOK          = "OK"
	colorChanged     = "CHANGED"
	colorSkip        = "SKIP"
	colorIncluded    = "INCLUDED"
	colorError       = "ERROR"
	colorUnreachable = "UNREACHABLE"
	colorWarn        = "WARN"
	colorDeprecate   = "DEPRECATE"
	colorDebug       = "DEBUG"
	colorVerbose     = "VERBOSE"
	colorDiffAdd     = "DIFF_ADD"
	colorDiffRemove  = "DIFF_REMOVE"
	colorDiffLines   = "DIFF_LINES"
)

// Colors are the meanings that a setting of ansible-core, COLOR_ and the name, gives a colour.
var Colors = []string{colorOK, colorChanged, colorSkip, colorIncluded, colorError, colorUnreachable, colorWarn, colorDeprecate, colorDebug,
	colorVerbose, colorDiffAdd, colorDiffRemove, colorDiffLines}

// code is the parameter of the terminal's escape sequence for a meaning; a parameter is given back as it is.
func (d *Display) code(color string) string {
	if c, ok := d.Palette[color]; ok {
		return c
	}
	switch color { // ansible-core's defaults
	case colorOK, colorDiffAdd:
		return "0;32"
	case colorChanged:
		return "0;33"
	case colorSkip, colorIncluded, colorDiffLines:
		return "0;36"
	case colorError, colorDiffRemove:
		return "0;31"
	case colorUnreachable:
		return "1;31"
	case colorWarn:
		return "1;35"
	case colorDeprecate:
		return "0;35"
	case colorDebug:
		return "1;30"
	case colorVerbose:
		return "0;34"
	}
	return color
}

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
	return indexed(name)
}

// indexed reads the names of the 256 colours: color123, rgb021 and gray7.
func indexed(name string) string {
	for prefix, number := range map[string]func(string) (int, bool){
		"color": func(s string) (int, bool) { n, err := strconv.Atoi(s); return n, err == nil && n < 256 },
		"gray":  func(s string) (int, bool) { n, err := strconv.Atoi(s); return 232 + n, err == nil && n < 24 },
		"rgb": func(s string) (int, bool) {
			n, err := strconv.ParseUint(s, 6, 16)
			return 16 + int(n), err == nil && len(s) == 3
		},
	} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if n, ok := number(rest); ok {
				return "38;5;" + strconv.Itoa(n)
			}
		}
	}
	return ""
}
