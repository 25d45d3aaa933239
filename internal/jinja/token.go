package jinja

// Kind is the kind of a token.
type Kind uint8

// The kinds of tokens. Together the spans of all tokens cover the whole source, without gaps or overlaps.
const (
	TokEOF         Kind = iota
	TokError            // what cannot be a token: the problem is listed with it
	TokData             // text outside of tags
	TokStripped         // text that white-space control takes away
	TokComment          // {# ... #} with its delimiters
	TokLineComment      // ## ... to the end of the line
	TokRaw              // {% raw %} or {% endraw %}
	TokBlockBegin       // {%, also a line statement's prefix
	TokBlockEnd         // %}, also a line statement's end
	TokVarBegin         // {{
	TokVarEnd           // }}
	TokSpace            // white space inside a tag
	TokName
	TokInt
	TokFloat
	TokString
	// the operators
	TokAdd
	TokAssign
	TokColon
	TokComma
	TokDiv
	TokDot
	TokEq
	TokFloordiv
	TokGt
	TokGteq
	TokLbrace
	TokLbracket
	TokLparen
	TokLt
	TokLteq
	TokMod
	TokMul
	TokNe
	TokPipe
	TokPow
	TokRbrace
	TokRbracket
	TokRparen
	TokSemicolon
	TokSub
	TokTilde
)

// Token is a piece of the source.
type Token struct {
	Kind       Kind
	Start, End int32
}

// operators maps the text of an operator to its kind; longer ones first.
func operator(s string) (Kind, int) {
	if len(s) >= 2 {
		switch s[:2] {
		case "//":
			return TokFloordiv, 2
		case "**":
			return TokPow, 2
		case "==":
			return TokEq, 2
		case "!=":
			return TokNe, 2
		case ">=":
			return TokGteq, 2
		case "<=":
			return TokLteq, 2
		}
	}
	switch s[0] {
	case '+':
		return TokAdd, 1
	case '-':
		return TokSub, 1
	case '/':
		return TokDiv, 1
	case '*':
		return TokMul, 1
	case '%':
		return TokMod, 1
	case '~':
		return TokTilde, 1
	case '[':
		return TokLbracket, 1
	case ']':
		return TokRbracket, 1
	case '(':
		return TokLparen, 1
	case ')':
		return TokRparen, 1
	case '{':
		return TokLbrace, 1
	case '}':
		return TokRbrace, 1
	case '>':
		return TokGt, 1
	case '<':
		return TokLt, 1
	case '=':
		return TokAssign, 1
	case '.':
		return TokDot, 1
	case ':':
		return TokColon, 1
	case '|':
		return TokPipe, 1
	case ',':
		return TokComma, 1
	case ';':
		return TokSemicolon, 1
	}
	return TokError, 0
}

// describe names a kind as Jinja2's messages do.
func (k Kind) describe() string {
	switch k {
	case TokEOF:
		return "end of template"
	case TokData:
		return "template data / text"
	case TokBlockBegin:
		return "begin of statement block"
	case TokBlockEnd:
		return "end of statement block"
	case TokVarBegin:
		return "begin of print statement"
	case TokVarEnd:
		return "end of print statement"
	case TokName:
		return "name"
	case TokInt:
		return "integer"
	case TokFloat:
		return "float"
	case TokString:
		return "string"
	case TokAdd:
		return "+"
	case TokAssign:
		return "="
	case TokColon:
		return ":"
	case TokComma:
		return ","
	case TokDiv:
		return "/"
	case TokDot:
		return "."
	case TokEq:
		return "=="
	case TokFloordiv:
		return "//"
	case TokGt:
		return ">"
	case TokGteq:
		return ">="
	case TokLbrace:
		return "{"
	case TokLbracket:
		return "["
	case TokLparen:
		return "("
	case TokLt:
		return "<"
	case TokLteq:
		return "<="
	case TokMod:
		return "%"
	case TokMul:
		return "*"
	case TokNe:
		return "!="
	case TokPipe:
		return "|"
	case TokPow:
		return "**"
	case TokRbrace:
		return "}"
	case TokRbracket:
		return "]"
	case TokRparen:
		return ")"
	case TokSemicolon:
		return ";"
	case TokSub:
		return "-"
	case TokTilde:
		return "~"
	}
	return "comment"
}
