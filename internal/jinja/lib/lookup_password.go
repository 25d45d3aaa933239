package lib

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/argspec"
	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// passwordSpec is one password that the lookup is asked for.
type passwordSpec struct {
	path           string
	encrypt, ident string
	chars          string
	length         int
	seed           value.Value
}

// charSets are the sets that Python's string module has, by name.
func charSet(name string) string {
	const lowercase, uppercase, punctuation = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
	switch name {
	case "ascii_letters":
		return lowercase + uppercase
	case "ascii_lowercase":
		return lowercase
	case "ascii_uppercase":
		return uppercase
	case "digits":
		return "0123456789"
	case "hexdigits":
		return "0123456789abcdefABCDEF"
	case "octdigits":
		return "01234567"
	case "punctuation":
		return punctuation
	case "printable":
		return "0123456789" + lowercase + uppercase + punctuation + " \t\n\r\v\f"
	case "whitespace":
		return " \t\n\r\v\f"
	}
	return name
}

func lookupPassword(c *jinja.Call) (value.Value, error) {
	if err := kwargsDefined(c); err != nil {
		return nil, err
	}
	out := &value.List{}
	for _, term := range c.Args {
		text, ok := str(term)
		if !ok {
			return nil, attributeError(term, "split")
		}
		spec, err := parsePassword(c, text)
		if err != nil {
			return nil, err
		}
		password, err := spec.get()
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, value.S(password))
	}
	return out, nil
}

func parsePassword(c *jinja.Call, term string) (*passwordSpec, error) {
	opts := c.Kwargs.Copy()
	rel, rest, has := strings.Cut(term, " ")
	if has {
		pairs, raw, err := argspec.ParseKV(rest)
		if err != nil {
			return nil, err
		}
		if raw != "" {
			rel += " " + raw
			if !strings.HasPrefix(term, rel) {
				return nil, ansibleError("Unrecognized value after key=value parameters given to password lookup")
			}
		}
		var unknown []string
		inline := &value.Dict{}
		for k, v := range pairs.All() {
			switch name := value.ToStr(k); name {
			case "length", "encrypt", "chars", "ident", "seed":
				inline.Put(name, v)
			default:
				unknown = append(unknown, name)
			}
		}
		if unknown != nil {
			sort.Strings(unknown)
			return nil, ansibleError("Unrecognized parameter(s) given to password lookup: %s", strings.Join(unknown, ", "))
		}
		if inline.Len() > 0 {
			opts = inline // options in the term replace all others
		}
	}
	inner := *c
	inner.Kwargs = opts
	s := &passwordSpec{path: unfrack(c, rel), seed: option(&inner, "seed", value.None{})}
	if rel == "/dev/null" {
		s.path = rel
	}
	var err error
	if s.encrypt, err = textOption(&inner, "encrypt", ""); err != nil {
		return nil, err
	}
	if s.ident, err = textOption(&inner, "ident", ""); err != nil {
		return nil, err
	}
	if s.length, err = intOption(&inner, "length", 20); err != nil {
		return nil, err
	}
	if !isNone(s.seed) {
		text, err := soft(s.seed)
		if err != nil {
			return nil, err
		}
		s.seed = value.S(text)
	}
	specs := []string{"ascii_letters", "digits", ".,:-_"}
	switch v := option(&inner, "chars", value.None{}).(type) {
	case value.Str:
		specs = nil
		if strings.Contains(v.S, ",,") {
			specs = append(specs, ",")
		}
		for p := range strings.SplitSeq(strings.ReplaceAll(v.S, ",,", ","), ",") {
			if p != "" {
				specs = append(specs, p)
			}
		}
	case *value.List:
		all, err := items(v)
		if err != nil {
			return nil, err
		}
		specs = nil
		for _, x := range all {
			specs = append(specs, value.ToStr(x))
		}
	}
	for i := range specs {
		specs[i] = charSet(specs[i])
	}
	s.chars = strings.NewReplacer(`"`, "", "'", "").Replace(strings.Join(specs, ""))
	return s, nil
}

// get reads the password's file, or makes password and file.
func (s *passwordSpec) get() (string, error) {
	const none = "/dev/null"
	unlock, err := lockPassword(s.path)
	if err != nil {
		return "", err
	}
	defer unlock()
	var password, salt, ident string
	changed := false
	content, err := os.ReadFile(s.path)
	if s.path == none || errors.Is(err, os.ErrNotExist) {
		if password, err = s.random(); err != nil {
			return "", err
		}
		changed = true
	} else if err != nil {
		return "", osError(err, s.path)
	} else {
		password, salt, ident = parsePasswordFile(value.RStrip(string(content), ""))
	}
	how, known := findScheme(s.encrypt)
	if s.encrypt != "" && salt == "" {
		changed = true
		size := 8
		if known {
			size = how.saltSize
		}
		salt = randomSalt(size)
	}
	switch {
	case ident == "":
		ident = s.ident
	case s.ident != "" && ident != s.ident:
		return "", ansibleError("The ident parameter provided (%s) does not match the stored one (%s).", s.ident, ident)
	}
	if s.encrypt == "bcrypt" && ident == "" {
		ident, changed = "2b", true
	}
	if changed && s.path != none {
		line := password
		if s.encrypt != "" || salt != "" {
			line += " salt=" + salt
			if ident != "" {
				line += " ident=" + ident
			}
		}
		if err := writePassword(s.path, line+"\n"); err != nil {
			return "", osError(err, s.path)
		}
	}
	if s.encrypt == "" {
		return password, nil
	}
	if !known {
		return "", ansibleError("Installed passlib version 1.7.4 does not support the %s algorithm.", repr(s.encrypt))
	}
	hashed, err := how.hash(password, salt, 0, how.rounds, ident)
	if err != nil {
		return "", because("Could not hash the secret.", err)
	}
	return hashed, nil
}

func (s *passwordSpec) random() (string, error) {
	if s.length > 1<<20 {
		return "", value.Errorf("MemoryError", "a password of %d characters is too long", s.length)
	}
	g, err := newGenerator(s.seed)
	if err != nil {
		return "", err
	}
	chars := []rune(s.chars)
	if len(chars) == 0 && s.length > 0 {
		return "", value.Errorf("IndexError", "Cannot choose from an empty sequence")
	}
	var b strings.Builder
	for range s.length {
		b.WriteRune(chars[g.intn(len(chars))])
	}
	return b.String(), nil
}

func parsePasswordFile(content string) (password, salt, ident string) {
	i := strings.LastIndex(content, " salt=")
	if i < 0 {
		return content, "", ""
	}
	password, salt = content[:i], content[i+len(" salt="):]
	if j := strings.LastIndex(salt, " ident="); j >= 0 {
		salt, ident = salt[:j], salt[j+len(" ident="):]
	}
	return password, salt, ident
}

func writePassword(path, content string) error {
	if err := os.MkdirAll(pathDir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(pathDir(path), ".password-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.WriteString(content); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// lockPassword takes the lock file that ansible-core takes too, so that hosts that ask for one password get one.
func lockPassword(path string) (unlock func(), err error) {
	if path == "/dev/null" {
		return func() {}, nil
	}
	if err := os.MkdirAll(pathDir(path), 0o700); err != nil {
		return nil, osError(err, pathDir(path))
	}
	sum := sha1.Sum([]byte(path))
	lock := joinPath(pathDir(path), hex.EncodeToString(sum[:])+".ansible_lockfile")
	deadline := time.Now().Add(7 * time.Second)
	for {
		f, err := os.OpenFile(lock, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			f.Close()
			return func() { os.Remove(lock) }, nil
		}
		if !errors.Is(err, os.ErrExist) {
			return nil, osError(err, lock)
		}
		if time.Now().After(deadline) {
			return nil, ansibleError("Password lookup cannot get the lock in 7 seconds, abort...This may caused by un-removed lockfileyou can manually remove it from controller machine at %s and try again", lock)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
