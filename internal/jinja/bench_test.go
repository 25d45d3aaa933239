package jinja_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/jinja"
	"github.com/rehearse-dev/rehearse/internal/jinja/lib"
	"github.com/rehearse-dev/rehearse/internal/value"
)

func ansibleEngine(tb testing.TB) *jinja.Engine {
	tb.Helper()
	return jinja.New(jinja.Config{Filters: lib.Filters(), Tests: lib.Tests(), Lookups: lib.Lookups(), Globals: lib.Globals()})
}

// nginx is a template of the size and shape of a web server's configuration.
const nginx = `# {{ ansible_managed | default('managed') }}
user {{ nginx_user }};
worker_processes {{ nginx_worker_processes | default('auto') }};
pid /run/nginx.pid;
{% if nginx_extra is defined %}
{{ nginx_extra }}
{% endif %}

events {
    worker_connections {{ nginx_worker_connections }};
    multi_accept {{ 'on' if nginx_multi_accept else 'off' }};
}

http {
    sendfile on;
    keepalive_timeout {{ nginx_keepalive }};
    types_hash_max_size 2048;
{% for name, value in nginx_http_options.items() %}
    {{ name }} {{ value }};
{% endfor %}

{% for upstream in nginx_upstreams %}
    upstream {{ upstream.name }} {
{% for server in upstream.servers %}
        server {{ server.host }}:{{ server.port | int }}{% if server.weight is defined %} weight={{ server.weight }}{% endif %};
{% endfor %}
    }
{% endfor %}

{% for vhost in nginx_vhosts if vhost.enabled | default(true) %}
    server {
        listen {{ vhost.listen | default('80') }};
        server_name {{ vhost.names | join(' ') }};
{% if vhost.root is defined %}
        root {{ vhost.root }};
{% endif %}
{% for location in vhost.locations %}
        location {{ location.path }} {
{% if location.proxy is defined %}
            proxy_pass http://{{ location.proxy }};
            proxy_set_header Host $host;
{% else %}
            try_files $uri $uri/ =404;
{% endif %}
        }
{% endfor %}
    }
{% endfor %}
    include /etc/nginx/conf.d/*.conf;
}
`

const nginxVars = `{"nginx_user": "www-data", "nginx_worker_connections": 768, "nginx_multi_accept": true, "nginx_keepalive": 65,
"nginx_http_options": {"gzip": "on", "server_tokens": "off", "client_max_body_size": "64m"},
"nginx_upstreams": [{"name": "app", "servers": [{"host": "10.0.0.1", "port": 8080, "weight": 5}, {"host": "10.0.0.2", "port": "8080"}]}],
"nginx_vhosts": [{"names": ["example.com", "www.example.com"], "root": "/var/www", "locations": [{"path": "/"}, {"path": "/api", "proxy": "app"}]},
{"names": ["old.example.com"], "enabled": false, "locations": []},
{"names": ["static.example.com"], "listen": "8081", "locations": [{"path": "/"}]}]}`

func trusted(v value.Value) value.Value {
	switch v := v.(type) {
	case value.Str:
		v.Trusted = true
		return v
	case *value.List:
		for i := range v.Items {
			v.Items[i] = trusted(v.Items[i])
		}
	case *value.Dict:
		for k, x := range v.RawAll() {
			v.Set(k, trusted(x))
		}
	}
	return v
}

func variables(tb testing.TB, text string) jinja.Vars {
	tb.Helper()
	v, err := value.FromJSON([]byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	m := jinja.Vars{}
	for k, x := range v.(*value.Dict).RawAll() {
		m[k.(value.Str).S] = trusted(x)
	}
	return m
}

func BenchmarkVariable(b *testing.B) {
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprintf("of%d", n), func(b *testing.B) {
			vars := jinja.Vars{}
			for i := range n {
				vars[fmt.Sprintf("other%d", i)] = value.Str{S: "{{ x }}", Trusted: true}
			}
			vars["name"] = value.S("web1")
			t := ansibleEngine(b).Templar(vars)
			src := value.Str{S: "{{ name }}", Trusted: true}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := t.Resolve(src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCond(b *testing.B) {
	t := ansibleEngine(b).Templar(variables(b, `{"ansible_facts": {"os_family": "Debian"}, "enabled": true}`))
	src := value.Str{S: "enabled and ansible_facts.os_family == 'Debian' and nope is not defined", Trusted: true}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := t.Cond(src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNginxRender(b *testing.B) {
	t := ansibleEngine(b).Templar(variables(b, nginxVars))
	src := value.Str{S: nginx, Trusted: true}
	if s, err := t.Text(src, nil); err != nil || !strings.Contains(s, "server 10.0.0.1:8080 weight=5;") {
		b.Fatal(err, s)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := t.Text(src, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNginxParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if t := jinja.Parse(nginx, nil); len(t.Problems) > 0 {
			b.Fatal(t.Problems)
		}
	}
}

func BenchmarkNginxParseAndCompile(b *testing.B) {
	e := jinja.NewPlain(jinja.Config{Filters: lib.PlainFilters(), Tests: lib.PlainTests(), Globals: lib.PlainGlobals()})
	vars := variables(b, nginxVars)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Render(nginx, "", vars); err != nil {
			b.Fatal(err)
		}
	}
}
