package lib

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// maxPage bounds what the url lookup reads.
const maxPage = 256 << 20

func lookupURL(c *jinja.Call) (value.Value, error) {
	if err := kwargsDefined(c); err != nil {
		return nil, err
	}
	for _, name := range []string{"use_gssapi", "ciphers"} {
		if on(option(c, name, no)) {
			return nil, ansibleError("the url lookup does not support the option %s here", name)
		}
	}
	client, err := urlClient(c)
	if err != nil {
		return nil, err
	}
	lines, err := boolOption(c, "split_lines", true)
	if err != nil {
		return nil, err
	}
	out := &value.List{}
	for _, term := range c.Args {
		address, ok := str(term)
		if !ok {
			return nil, attributeError(term, "decode")
		}
		body, err := fetchURL(c, client, address)
		if err != nil {
			return nil, err
		}
		if !lines {
			out.Items = append(out.Items, value.S(string(body)))
			continue
		}
		text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(body))
		text = strings.TrimSuffix(text, "\n")
		if text == "" && len(body) == 0 {
			continue
		}
		for l := range strings.SplitSeq(text, "\n") {
			out.Items = append(out.Items, value.S(l))
		}
	}
	return out, nil
}

func urlClient(c *jinja.Call) (*http.Client, error) {
	verify, err := boolOption(c, "validate_certs", true)
	if err != nil {
		return nil, err
	}
	proxy, err := boolOption(c, "use_proxy", true)
	if err != nil {
		return nil, err
	}
	seconds := 10.0
	if v := option(c, "timeout", value.None{}); !isNone(v) {
		if seconds, err = asFloat(v); err != nil {
			return nil, err
		}
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: !verify}, DisableKeepAlives: true}
	if proxy {
		transport.Proxy = http.ProxyFromEnvironment
	}
	ca, err := textOption(c, "ca_path", "")
	if err != nil {
		return nil, err
	}
	if ca != "" {
		pem, err := os.ReadFile(unfrack(c, ca))
		if err != nil {
			return nil, osError(err, ca)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		transport.TLSClientConfig.RootCAs = pool
	}
	socket, err := textOption(c, "unix_socket", "")
	if err != nil {
		return nil, err
	}
	if socket != "" {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}
	}
	follow, err := textOption(c, "follow_redirects", "urllib2")
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: transport, Timeout: time.Duration(seconds * float64(time.Second))}
	client.CheckRedirect = func(*http.Request, []*http.Request) error {
		if follow == "none" || follow == "no" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return client, nil
}

// maskURL hides the password of an address.
func maskURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	if _, has := u.User.Password(); has {
		return strings.Replace(address, u.User.String()+"@", u.User.Username()+":********@", 1)
	}
	return address
}

func fetchURL(c *jinja.Call, client *http.Client, address string) ([]byte, error) {
	ctx := c.Ctx
	if ctx == nil {
		ctx = context.Background()
	}
	failed := func(err error) error { return because("Failed lookup url for "+maskURL(address), err) }
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, failed(value.Errorf("URLError", "%s", err))
	}
	agent, err := textOption(c, "http_agent", "ansible-httpget")
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", agent)
	if on(option(c, "force", no)) {
		req.Header.Set("Cache-Control", "no-cache")
	}
	if headers, ok := asDict(option(c, "headers", value.None{})); ok {
		for k, v := range headers.All() {
			req.Header.Set(value.ToStr(k), value.ToStr(v))
		}
	}
	user, err := textOption(c, "username", "")
	if err != nil {
		return nil, err
	}
	password, err := textOption(c, "password", "")
	if err != nil {
		return nil, err
	}
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	resp, err := client.Do(req)
	if err != nil {
		var cert *tls.CertificateVerificationError
		var inner *url.Error
		if errors.As(err, &cert) {
			return nil, because("Error validating the server's certificate for "+maskURL(address), cert)
		}
		if errors.As(err, &inner) {
			err = inner.Err // the address is named already, its password masked
		}
		return nil, failed(value.Errorf("URLError", "<urlopen error %s>", err))
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return nil, because("Received HTTP error for "+maskURL(address), value.Errorf("HTTPError", "HTTP Error %d: %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxPage))
}
