package yaml

// tokenKind names the tokens of YAML's grammar.
type tokenKind uint8

const (
	tEnd tokenKind = iota // end of the stream
	tVersion
	tTagDirective
	tDocStart
	tDocEnd
	tBlockSeq
	tBlockMap
	tBlockEnd
	tFlowSeq
	tFlowSeqEnd
	tFlowMap
	tFlowMapEnd
	tFlowEntry
	tBlockEntry
	tKey
	tValue
	tAlias
	tAnchor
	tTag
	tScalar
)

// token is one token with its byte range. Text is the content of a scalar, the name of an anchor or alias; a tag or
// directive keeps handle and suffix there, parted by a NUL.
type token struct {
	kind       tokenKind
	style      Style
	indent     int32 // of the content of a block scalar
	start, end int
	text       string
}

// simpleKey is a place where a key may have begun that is known as one only when its ':' comes.
type simpleKey struct {
	possible, required  bool
	token               int // number of the token since the start of the file
	pos, line, lineHead int
}

// problem is an error found in recovery: severity, place and words are decided later.
type problem struct {
	start, end int
	message    string
	fix        *quoteFix
}

func isAlpha(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func hexValue(c byte) int {
	switch {
	case c >= 'a':
		return int(c-'a') + 10
	case c >= 'A':
		return int(c-'A') + 10
	}
	return int(c - '0')
}
