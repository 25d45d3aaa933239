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
