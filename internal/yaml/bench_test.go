package yaml

import (
	"os"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/source"
)

// play is a text of the kind that playbooks are made of.
const play = `---
# Install and configure the web server.
- name: Configure the web servers
  hosts: web
  become: true
  vars:
    http_port: 80
    packages: [nginx, "{{ extra_package | default('curl') }}"]
  tasks:
    - name: Install the packages
      ansible.builtin.apt:
        name: "{{ packages }}"
        state: present
        update_cache: yes
      when: ansible_os_family == "Debian" and not skip_install | bool
      register: installed
      tags: [packages, install]

    - name: Write the configuration
      ansible.builtin.template:
        src: nginx.conf.j2
        dest: /etc/nginx/nginx.conf
        mode: '0644'
        validate: nginx -t -c %s
      notify:
        - Restart nginx

    - name: Run a script
      ansible.builtin.shell: |
        set -o pipefail
        cat /etc/passwd | grep root
      args:
        executable: /bin/bash
      changed_when: false
`

func BenchmarkParse(b *testing.B) {
	text := []byte(strings.Repeat(play[4:], 40))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if t := Parse(source.NewFile("play.yml", text)); t.Err != nil {
			b.Fatal(t.Err)
		}
	}
}

// BenchmarkParseSmall is a file of the usual size: 1 KiB.
func BenchmarkParseSmall(b *testing.B) {
	b.SetBytes(int64(len(play)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(source.NewFile("play.yml", []byte(play)))
	}
}

// BenchmarkParseBroken is the same text with an unclosed quote in its middle.
func BenchmarkParseBroken(b *testing.B) {
	text := []byte(strings.Repeat(play[4:], 20) + "- name: \"broken\n  hosts: x\n" + strings.Repeat(play[4:], 20))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if t := Parse(source.NewFile("play.yml", text)); t.Err == nil {
			b.Fatal("no error")
		}
	}
}

func BenchmarkValue(b *testing.B) {
	t := parse(strings.Repeat(play[4:], 40))
	b.SetBytes(int64(len(t.File.Content)))
	b.ReportAllocs()
	for b.Loop() {
		t.Root().Value(nil, Options{Trusted: true})
	}
}

// TestCorpus reads every YAML file below the folders in REHEARSE_YAML_CORPUS and holds the invariants of check.
func TestCorpus(t *testing.T) {
	dirs := os.Getenv("REHEARSE_YAML_CORPUS")
	if dirs == "" {
		t.Skip("REHEARSE_YAML_CORPUS names no folder of YAML files")
	}
	n := 0
	for _, path := range corpus(t, dirs) {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		check(t, string(b))
		// Half a file is what an editor has while it is typed.
		check(t, string(b[:len(b)/2]))
		n++
	}
	t.Logf("%d files", n)
}
