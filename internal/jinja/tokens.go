package jinja

// Lex splits a template into the tokens of Options o, as Parse sees them; a final newline is kept. Problems lists what
// cannot be a token. The tokens' places are those in text, which has \n for every line break of src.
func Lex(src string, o *Options) (text string, tokens []Token, problems []Problem) {
	s := o.syntax()
	s.KeepTrailingNewline = true
	text, _ = normalise(src)
	tokens, problems = lex(text, s, false)
	return text, tokens, problems
}
