package yaml

// foldPlain is the content of a plain scalar that is written as text.
func foldPlain(text string) string {
	s := newScanner(text, true)
	if s.lineEnd(0) == len(text) {
		return text
	}
	var b []byte
	p := 0
	for p < len(text) {
		end := s.lineEnd(p)
		stop := end
		for stop > p && (text[stop-1] == ' ' || text[stop-1] == '\t') {
			stop--
		}
		b = append(b, text[p:stop]...)
		if end == len(text) {
			break
		}
		breaks := 0
		p = end
		for p < len(text) {
			if n := s.brk(p); n > 0 {
				breaks++
				p += n
			} else if text[p] == ' ' || text[p] == '\t' {
				p++
			} else {
				break
			}
		}
		if breaks == 1 {
			b = append(b, ' ')
		}
		for ; breaks > 1; breaks-- {
			b = append(b, '\n')
		}
	}
	return string(b)
}
