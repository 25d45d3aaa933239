package lib

import (
	"sort"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/pyre"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// What counts as a web address and as a mail address in running text.
const (
	webAddress = `^(` +
		`(https?://|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})` + // scheme or www, then a name
		`|([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)` + // a bare name under a well-known domain
		`|(https?://)((([\d]{1,3})(\.[\d]{1,3}){3})|(\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}]))` + // an IP address
		`)(?::[\d]{1,5})?(?:[/?#]\S*)?$`
	mailAddress = `^\S+@\w[\w.-]*\.\w+$`
	schemeName  = `^([\w.+-]{2,}:(/){0,2})$`
)

func matches(pattern string, flags pyre.Flags, s string) (bool, error) {
	m, err := mustCompile(pattern, flags).Match(s)
	return m != nil, err
}

func urlize(c *jinja.Call) (value.Value, error) {
	text, err := soft(c.Args[0])
	if err != nil {
		return nil, err
	}
	limit := -1
	if !isNone(c.Args[1]) {
		if limit, err = intArg(c.Args[1]); err != nil {
			return nil, err
		}
	}
	target, err := textArg(c.Args[3], "")
	if err != nil {
		return nil, err
	}
	rel, err := textArg(c.Args[4], "")
	if err != nil {
		return nil, err
	}
	parts := map[string]bool{"noopener": true}
	for _, p := range value.Split(rel, "", -1) {
		parts[p] = true
	}
	if on(c.Args[2]) {
		parts["nofollow"] = true
	}
	var names []string
	for p := range parts {
		names = append(names, p)
	}
	sort.Strings(names)
	attributes := ` rel="` + htmlEscaper.Replace(strings.Join(names, " ")) + `"`
	if target != "" {
		attributes += ` target="` + htmlEscaper.Replace(target) + `"`
	}
	var schemes []string
	if !isNone(c.Args[5]) {
		list, err := items(c.Args[5])
		if err != nil {
			return nil, err
		}
		for _, v := range list {
			s, err := soft(v)
			if err != nil {
				return nil, err
			}
			if ok, err := matches(schemeName, 0, s); err != nil || !ok {
				return nil, value.Errorf("FilterArgumentError", "%s is not a valid URI scheme prefix.", repr(s))
			}
			schemes = append(schemes, s)
		}
	}
	words, err := mustCompile(`(\s+)`, 0).Split(htmlEscaper.Replace(text), 0)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, w := range words {
		linked, err := linkWord(w.Text, limit, attributes, schemes)
		if err != nil {
			return nil, err
		}
		b.WriteString(linked)
	}
	return value.S(b.String()), nil
}

// linkWord makes a link of a word that is an address; brackets and punctuation around it stay outside.
func linkWord(word string, limit int, attributes string, schemes []string) (string, error) {
	head, middle, tail := "", word, ""
	for {
		cut := 0
		switch {
		case strings.HasPrefix(middle, "("), strings.HasPrefix(middle, "<"):
			cut = 1
		case strings.HasPrefix(middle, "&lt;"):
			cut = 4
		}
		if cut == 0 {
			break
		}
		head, middle = head+middle[:cut], middle[cut:]
	}
	for middle != "" {
		cut := 0
		switch {
		case strings.ContainsAny(middle[len(middle)-1:], ")>.,\n"):
			cut = 1
		case strings.HasSuffix(middle, "&gt;"):
			cut = 4
		}
		if cut == 0 {
			break
		}
		tail, middle = middle[len(middle)-cut:]+tail, middle[:len(middle)-cut]
	}
	for _, pair := range [][2]string{{"(", ")"}, {"<", ">"}, {"&lt;", "&gt;"}} {
		open := strings.Count(middle, pair[0])
		if open <= strings.Count(middle, pair[1]) {
			continue
		}
		for range min(open, strings.Count(tail, pair[1])) {
			end := strings.Index(tail, pair[1]) + len(pair[1])
			middle, tail = middle+tail[:end], tail[end:]
		}
	}
	web, err := matches(webAddress, pyre.IgnoreCase, middle)
	if err != nil {
		return "", err
	}
	mail := func(s string) bool { ok, _ := matches(mailAddress, 0, s); return ok }
	switch {
	case web:
		href := middle
		if !strings.HasPrefix(middle, "https://") && !strings.HasPrefix(middle, "http://") {
			href = "https://" + middle
		}
		shown := middle
		if runes := []rune(middle); limit >= 0 && len(runes) > limit {
			shown = string(runes[:limit]) + "..."
		}
		middle = `<a href="` + href + `"` + attributes + `>` + shown + `</a>`
	case strings.HasPrefix(middle, "mailto:") && mail(middle[7:]):
		middle = `<a href="` + middle + `">` + middle[7:] + `</a>`
	case strings.Contains(middle, "@") && !strings.HasPrefix(middle, "www.") && !strings.HasPrefix(middle, "@") && !strings.Contains(middle, ":") && mail(middle):
		middle = `<a href="mailto:` + middle + `">` + middle + `</a>`
	default:
		for _, scheme := range schemes {
			if middle != scheme && strings.HasPrefix(middle, scheme) {
				middle = `<a href="` + middle + `"` + attributes + `>` + middle + `</a>`
			}
		}
	}
	return head + middle + tail, nil
}
