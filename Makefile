# rehearse: `make demo` shows what it does, `make test` runs every test. Both install what they need.
export GOTOOLCHAIN = local
GO       ?= go
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS   = -s -w -X github.com/rehearse-dev/rehearse/internal/cli.Version=$(VERSION)
SOURCES   = $(shell find cmd lsp lint runner agent internal -type f -not -name '*_test.go' -not -path '*/testdata/*' -not -name '*.gz' -not -name '*.sha256') go.mod
FUZZTIME ?= 20s
RACE     ?= $(shell command -v gcc >/dev/null 2>&1 && echo -race)

.PHONY: all build demo test check bench fuzz clean deps conformance conformance-ci diff-jinja vscode docs

all: build

## build: the static binary ./rehearse with compressed agents for linux amd64 and arm64 inside
build: rehearse

rehearse: build/agents.stamp $(SOURCES)
	CGO_ENABLED=0 $(GO) build -trimpath -tags embedagents -ldflags '$(LDFLAGS)' -o $@ ./cmd/rehearse

build/agents.stamp: $(SOURCES)
	@mkdir -p build
	$(GO) run ./tools/embedagents
	@touch $@

## demo: build, run a playbook twice, lint the project, explain a variable
demo: build
	@sh examples/demo/demo.sh ./rehearse

## deps: what the tests use beyond Go: sshd and neovim; installed where apt-get is there and may be used
deps:
	@sh tools/deps.sh

## test: every test
test: deps
	$(GO) test $(RACE) -timeout 30m ./...

## check: what must hold of the code itself
check:
	@test -z "$$(gofmt -l cmd lsp lint runner agent internal bench tools)" || { echo 'not formatted:'; gofmt -l cmd lsp lint runner agent internal bench tools; exit 1; }
	$(GO) vet ./...
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 $(GO) build -o /dev/null ./cmd/rehearse
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 $(GO) build -o /dev/null ./cmd/rehearse
	$(GO) tool staticcheck ./...
	$(GO) test ./internal/layers/
	$(GO) run ./tools/docs -check
	$(GO) test -tags jsonrpc2poison ./lsp/

## docs: the generated parts of the documentation
docs:
	$(GO) run ./tools/docs

## bench: our figures, the limit, ansible-core and Mitogen in one run; writes docs/benchmarks.md
bench: build
	$(GO) run ./bench/cmd -out docs/benchmarks.md

## fuzz: every fuzz target for FUZZTIME
fuzz:
	@sh tools/fuzz.sh $(FUZZTIME)

## vscode: build, test and package the VS Code extension with the binary inside
vscode: build
	cd editors/vscode && npm ci --ignore-scripts --no-audit --no-fund && npm test && REHEARSE_BIN=$(CURDIR)/rehearse npm run package

clean:
	rm -rf build dist rehearse

CONFORMANCE ?= build/conformance
TARGETS     ?= @testdata/conformance/tier1.pure

$(CONFORMANCE)/root/.complete:
	testdata/conformance/setup $(CONFORMANCE)

## conformance: Ansible's own integration targets against ./rehearse; writes docs/conformance.md (needs root, Debian 12)
conformance: build $(CONFORMANCE)/root/.complete
	testdata/conformance/harness run $(CONFORMANCE) --bin ./rehearse --out build/conformance.json $(TARGETS)
	testdata/conformance/report testdata/conformance/baseline.json build/conformance.json testdata/conformance/reasons.txt > docs/conformance.md

## conformance-ci: the subset that passes and must stay green
conformance-ci: build $(CONFORMANCE)/root/.complete
	testdata/conformance/subset $(CONFORMANCE) ./rehearse

PYTHON ?= build/venv/bin/python

build/venv/bin/python:
	python3 -m venv build/venv
	build/venv/bin/pip install -q 'ansible-core==2.19.*' 'ansible==12.*' mitogen==0.3.54 jmespath netaddr passlib bcrypt

## diff-jinja: what the installed ansible-core makes of the committed templates, compared with ours
diff-jinja: $(PYTHON)
	PYTHONHASHSEED=0 TZ=UTC DIFF_SET=set $(PYTHON) internal/jinja/lib/testdata/diff/record.py $(CURDIR)/build/answers.jsonl.gz
	DIFF_ANSWERS=$(CURDIR)/build/answers.jsonl.gz $(GO) test -count=1 -run TestDifferential ./internal/jinja/lib
