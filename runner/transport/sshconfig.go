package transport

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kevinburke/ssh_config"
)

// settings are the options of ssh that count for one host, from the variables of ansible, the arguments meant for ssh,
// the user's and the system's configuration file, and OpenSSH's defaults, the first one that has an option wins.
type settings struct {
	alias     string // what the configuration files match
	host      string
	port      int
	user      string
	options   []option // of arguments, in order
	files     []configFile
	home      string
	system    string // why the system's ssh is needed, "" where it is not
	identity  string // ansible's own key file
	connect   time.Duration
	keepAlive time.Duration
}

type option struct{ key, value string }

// configFile is a configuration file; system marks the one that the user did not write.
type configFile struct {
	*ssh_config.Config
	system bool
}

// harmlessOptions are options that change nothing for a run of rehearse: it keeps one connection by itself, has no terminal
// to forward, and tries every way to log in that it has the means for.
const harmlessOptions = `controlmaster controlpath controlpersist compression loglevel logverbose tcpkeepalive visualhostkey hashknownhosts
checkhostip updatehostkeys addkeystoagent sendenv setenv requesttty sessiontype batchmode numberofpasswordprompts rekeylimit
escapechar enableescapecommandline ipqos xauthlocation forwardx11 forwardx11trusted forwardx11timeout exitonforwardfailure
clearallforwardings gatewayports fingerprinthash permitlocalcommand verifyhostkeydns stricthostkeychecking challengeresponseauthentication
connectionattempts canonicalizehostname canonicaldomains canonicalizefallbacklocal canonicalizemaxdots ignoreunknown syslogfacility
forkafterauthentication stdinnull obscurekeystroketiming channeltimeout requiredrsasize gssapidelegatecredentials tag warnweakcrypto refuseconnection versionaddendum`

// understood are the options that connections made in this process honour.
const understood = `hostname port user identityfile identitiesonly identityagent certificatefile proxyjump proxycommand userknownhostsfile
globalknownhostsfile stricthostkeychecking connecttimeout serveraliveinterval serveralivecountmax hostkeyalias forwardagent addressfamily
bindaddress hostkeyalgorithms kexalgorithms ciphers macs pubkeyacceptedalgorithms pubkeyacceptedkeytypes pubkeyauthentication
passwordauthentication kbdinteractiveauthentication preferredauthentications gssapiauthentication hostbasedauthentication include match host
nohostauthenticationforlocalhost`

// resolve finds the settings of a target.
func resolve(t *Target) (*settings, error) {
	s := &settings{alias: t.Host, user: t.User, port: t.Port, identity: t.KeyFile}
	if s.alias == "" {
		s.alias = t.Name
	}
	var err error
	if s.home, err = os.UserHomeDir(); err != nil {
		s.home = ""
	}
	configFile := t.ConfigFile
	if err := s.arguments(t.Args, &configFile); err != nil {
		return nil, err
	}
	if err := s.load(configFile); err != nil {
		return nil, err
	}
	if s.host = s.get("HostName"); s.host == "" {
		s.host = s.alias
	} else {
		s.host = strings.NewReplacer("%%", "%", "%h", s.alias).Replace(s.host)
	}
	if s.user == "" {
		if s.user = s.get("User"); s.user == "" {
			me, err := user.Current()
			if err != nil {
				return nil, fmt.Errorf("no user name is set and the own one cannot be found: %w", err)
			}
			s.user = me.Username
		}
	}
	if s.port == 0 {
		if s.port, err = s.number("Port", 22); err != nil {
			return nil, err
		}
	}
	if s.port < 1 || s.port > 65535 {
		return nil, fmt.Errorf("%d is no port", s.port)
	}
	s.connect = t.ConnectTimeout
	if s.connect == 0 {
		n, err := s.seconds("ConnectTimeout", 10)
		if err != nil {
			return nil, err
		}
		s.connect = n
	}
	s.keepAlive = t.KeepAlive
	if s.keepAlive == 0 {
		interval, err := s.seconds("ServerAliveInterval", 10)
		if err != nil {
			return nil, err
		}
		count, err := s.number("ServerAliveCountMax", 3)
		if err != nil {
			return nil, err
		}
		if interval == 0 {
			interval = 10 * time.Second
		}
		s.keepAlive = interval * time.Duration(max(count, 1))
	}
	s.checkSupport()
	if t.Executable != "" && t.Executable != "ssh" {
		s.need("ansible_ssh_executable (" + t.Executable + ")")
	}
	return s, nil
}

// arguments reads command-line options of ssh, and the file of -F.
func (s *settings) arguments(args []string, configFile *string) error {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if len(arg) < 2 || arg[0] != '-' {
			return fmt.Errorf("ssh arguments: %q is not an option of ssh", arg)
		}
		for j := 1; j < len(arg); j++ {
			flag := arg[j]
			if strings.IndexByte("46AaCfGgKkMNnqsTtVvXxYy", flag) >= 0 {
				s.flag(flag)
				continue
			}
			if strings.IndexByte("BbcDEeFIiJLlmOoPpQRSWw", flag) < 0 {
				return fmt.Errorf("ssh arguments: ssh has no option -%c", flag)
			}
			value := arg[j+1:]
			if value == "" {
				if i++; i == len(args) {
					return fmt.Errorf("ssh arguments: option -%c needs a value", flag)
				}
				value = args[i]
			}
			if err := s.argument(flag, value, configFile); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

func (s *settings) flag(flag byte) {
	switch flag {
	case '4':
		s.options = append(s.options, option{"addressfamily", "inet"})
	case '6':
		s.options = append(s.options, option{"addressfamily", "inet6"})
	case 'A':
		s.options = append(s.options, option{"forwardagent", "yes"})
	case 'a':
		s.options = append(s.options, option{"forwardagent", "no"})
	case 'K':
		s.need("option -K (GSSAPI)")
	case 'X', 'Y', 'N', 'f', 'G', 'V', 's':
		s.need("option -" + string(flag))
	}
}

func (s *settings) argument(flag byte, value string, configFile *string) error {
	key := map[byte]string{'b': "bindaddress", 'c': "ciphers", 'i': "identityfile", 'J': "proxyjump", 'l': "user", 'm': "macs", 'p': "port"}[flag]
	switch {
	case key != "":
		s.options = append(s.options, option{key, value})
	case flag == 'F':
		*configFile = value
	case flag == 'o':
		name, rest, found := strings.Cut(value, "=")
		if !found {
			name, rest, _ = strings.Cut(strings.TrimSpace(value), " ")
		}
		name, rest = strings.ToLower(strings.TrimSpace(name)), strings.Trim(strings.TrimSpace(rest), `"`)
		if name == "" || rest == "" {
			return fmt.Errorf("ssh arguments: -o %s has no value", value)
		}
		s.options = append(s.options, option{name, rest})
	case strings.IndexByte("eESOQP", flag) >= 0: // escape character, log file, control socket: without effect here
	default:
		s.need("option -" + string(flag))
	}
	return nil
}

const systemConfig = "/etc/ssh/ssh_config"

// load reads the configuration files. One that cannot be understood here may well be by ssh itself.
func (s *settings) load(file string) error {
	paths := []string{filepath.Join(s.home, ".ssh", "config"), systemConfig}
	switch {
	case strings.EqualFold(file, "none"):
		return nil
	case file != "":
		paths = []string{s.expand(file)}
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && file == "" {
			continue
		}
		if err != nil {
			return err
		}
		c, err := ssh_config.DecodeBytes(content)
		if err != nil {
			s.need(fmt.Sprintf("%s (%v)", path, err))
			continue
		}
		s.files = append(s.files, configFile{c, path == systemConfig})
	}
	return nil
}

// need notes why the system's ssh must do it.
func (s *settings) need(why string) {
	if s.system == "" {
		s.system = why
	}
}

// all gives every value of an option, those of a higher source first.
func (s *settings) all(key string) []string {
	var values []string
	for _, o := range s.options {
		if strings.EqualFold(o.key, key) {
			values = append(values, o.value)
		}
	}
	for _, f := range s.files {
		found, err := f.GetAll(s.alias, key)
		if err != nil {
			s.need(err.Error())
		}
		values = append(values, found...)
	}
	return values
}

// get gives the value of an option, "" where it is not set.
func (s *settings) get(key string) string {
	if all := s.all(key); len(all) > 0 {
		return strings.Trim(all[0], `"`)
	}
	return ""
}

func (s *settings) yes(key string, fallback bool) bool {
	switch strings.ToLower(s.get(key)) {
	case "yes", "true":
		return true
	case "no", "false":
		return false
	}
	return fallback
}

func (s *settings) number(key string, fallback int) (int, error) {
	text := s.get(key)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("ssh option %s: %q is no number", key, text)
	}
	return n, nil
}

// seconds reads a time as ssh writes it: 90, 90s, 1m30s, 1h.
func (s *settings) seconds(key string, fallback int) (time.Duration, error) {
	text := strings.ToLower(s.get(key))
	if text == "" || text == "none" {
		return time.Duration(fallback) * time.Second, nil
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return time.Duration(n) * time.Second, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("ssh option %s: %q is no time", key, text)
	}
	return d, nil
}

// expand replaces ~ and the tokens of ssh_config in a path.
func (s *settings) expand(path string) string {
	if path == "~" || strings.HasPrefix(path, "~/") {
		path = s.home + path[1:]
	}
	return s.tokens(path)
}

func (s *settings) tokens(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	local := ""
	if me, err := user.Current(); err == nil {
		local = me.Username
	}
	return strings.NewReplacer("%%", "%", "%d", s.home, "%h", s.host, "%n", s.alias, "%p", strconv.Itoa(s.port), "%r", s.user,
		"%u", local, "%i", strconv.Itoa(os.Getuid())).Replace(text)
}

// hostKeyName is the name, with a port, under which the host's key is known: an alias stands for host and port.
func (s *settings) hostKeyName() string {
	if alias := s.get("HostKeyAlias"); alias != "" {
		return net.JoinHostPort(alias, "22")
	}
	return net.JoinHostPort(s.host, strconv.Itoa(s.port))
}

// checkSupport looks for options that ask for something which only the system's ssh can do.
func (s *settings) checkSupport() {
	known := strings.Fields(understood + " " + harmlessOptions)
	check := func(key, value string, explicit bool) {
		key = strings.ToLower(key)
		off := slices.Contains([]string{"no", "none", "false"}, strings.ToLower(value))
		switch {
		case key == "gssapiauthentication" || key == "hostbasedauthentication":
			if explicit && !off {
				s.need("ssh option " + key)
			}
		case slices.Contains(known, key) || off:
		default:
			s.need("ssh option " + key)
		}
	}
	for _, o := range s.options {
		check(o.key, o.value, true)
	}
	for _, f := range s.files {
		for _, h := range f.Hosts {
			if !h.Matches(s.alias) {
				continue
			}
			for _, n := range h.Nodes {
				if kv, ok := n.(*ssh_config.KV); ok {
					check(kv.Key, kv.Value, !f.system)
				}
			}
		}
	}
}
