# Two commands are all it takes: `make run` and `make test`. Each installs with apt-get what is missing, where it can.

SHELL := /bin/bash
SWIFT ?= swift
# Optimised once more as a whole when it is linked (Docs/Decisions.md).
RELEASE := $(SWIFT) build -c release --static-swift-stdlib --experimental-lto-mode=full --explicit-target-dependency-import-check error
BINARY := .build/release/cluster-proxy

# What the build needs, and what the tests need beside it: Debian packages, by the command or header that tells whether they are there.
BUILD_NEEDS := libyaml-dev:/usr/include/yaml.h libpcre2-dev:/usr/include/pcre2.h libc-ares-dev:/usr/include/ares.h pkg-config:pkg-config
TEST_NEEDS := nodejs:node python3:python3 curl:curl procps:ps util-linux:unshare strace:strace git:git gcc:cc \
  nginx:nginx haproxy:haproxy wrk:wrk apache2-utils:ab nghttp2-client:h2load

# $(call need,package:command-or-file ...)
define need
	@missing=""; for pair in $(1); do \
	  name="$${pair%%:*}"; sign="$${pair#*:}"; \
	  case "$$sign" in /*) test -e "$$sign" ;; *) command -v "$$sign" >/dev/null ;; esac || missing="$$missing $$name"; \
	done; \
	test -z "$$missing" && exit 0; \
	if ! command -v apt-get >/dev/null; then echo "please install:$$missing"; exit 1; fi; \
	if test "$$(id -u)" = 0; then sudo=""; elif command -v sudo >/dev/null; then sudo=sudo; else echo "please install as root: apt-get install$$missing"; exit 1; fi; \
	echo "installing$$missing"; \
	$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null
endef

.PHONY: run build test test-debug test-release python python3-venv lint format bench figures fuzz clean

## Builds a release and runs the cluster of config/cluster.yaml.
run: build
	exec $(BINARY) --config config/cluster.yaml

## The static binary, .build/release/cluster-proxy.
build:
	@command -v $(SWIFT) >/dev/null || { echo "Swift 6.3 is needed: https://www.swift.org/install/linux"; exit 1; }
	$(call need,$(BUILD_NEEDS))
	$(RELEASE)

## Everything that has to hold before a change lands. Most of the tests wait for processes: what is built for the release's tests is built beside them.
test: lint
	$(call need,$(BUILD_NEEDS) $(TEST_NEEDS))
	@$(MAKE) --no-print-directory python || echo "without Python's packages: what needs them is skipped"
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	@$(MAKE) --no-print-directory --jobs=2 test-debug test-release

test-debug:
	$(SWIFT) test --disable-xctest --skip-build

# Of modules that decide and do not act: ownership bugs show differently in release.
test-release:
	@mkdir -p .build-release
	CLUSTER_PROXY_TARGETS=pure $(SWIFT) test --disable-xctest -c release -Xswiftc -enable-testing --scratch-path .build-release >.build-release/tests.log 2>&1 \
	  || { cat .build-release/tests.log; exit 1; }
	@tail -n 1 .build-release/tests.log

## Servers and clients in Python that tests run, in an environment of their own.
python: .build/python/installed

.build/python/installed: Tests/Programs/requirements.txt
	@python3 -c 'import ensurepip' 2>/dev/null || $(MAKE) --no-print-directory python3-venv
	rm -rf .build/python && python3 -m venv .build/python
	.build/python/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# Debian keeps it apart from the interpreter.
python3-venv:
	$(call need,python3-venv:/nowhere)

lint:
	@command -v $(SWIFT) >/dev/null || { echo "Swift 6.3 is needed: https://www.swift.org/install/linux"; exit 1; }
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift

format:
	$(SWIFT) format --in-place --recursive --parallel Sources Tests Package.swift

## Side by side with nginx, HAProxy and Node's cluster, and with Envoy and Caddy where they are on PATH or ENVOY and CADDY say
## (Docs/Performance.md). Takes half an hour.
bench: build
	$(call need,nginx:nginx libnginx-mod-stream:/usr/lib/nginx/modules/ngx_stream_module.so haproxy:haproxy wrk:wrk nodejs:node python3:python3)
	python3 Tests/Benchmarks/compare.py --bin $(BINARY) --json .build/benchmark.json

## The tables and the picture of Docs/Performance.md, from what was measured last.
figures:
	cp .build/benchmark.json Docs/performance.json
	python3 Tests/Benchmarks/report.py Docs/performance.json --into Docs/Performance.md
	python3 Tests/Benchmarks/plot.py Docs/performance.json Docs/performance.svg

## Every reader of what others wrote, each for so long, under the address sanitizer. What it finds is kept in .build-fuzz, and becomes a test.
FUZZ_SECONDS ?= 60
FUZZ := RequestHead ResponseHead ChunkedBody PathNormaliser Selection RequestValues Settings Values Template ProxyHeader
HTTP1 := $(wildcard Sources/HTTP1/*.swift)
SOURCES_RequestHead := -module-name HTTP1 $(HTTP1) Tests/Fuzz/Scratch.swift
SOURCES_ResponseHead := -module-name HTTP1 $(HTTP1) Tests/Fuzz/Scratch.swift Tests/HTTP1Tests/NaiveResponse.swift
SOURCES_ChunkedBody := -module-name HTTP1 $(HTTP1) Tests/Fuzz/Scratch.swift
SOURCES_PathNormaliser := -module-name HTTP1 $(HTTP1) Sources/Routing/PathNormaliser.swift
SOURCES_Selection := -module-name HTTP1 $(HTTP1) Tests/HTTP1Tests/NaiveSelection.swift
SOURCES_ProxyHeader := -module-name HTTP1 $(HTTP1) Tests/Fuzz/Scratch.swift Tests/HTTP1Tests/NaiveProxyHeader.swift
SOURCES_RequestValues := -module-name HTTP1 $(HTTP1) Sources/Routing/URIText.swift Sources/Routing/Matchers/FormText.swift
SOURCES_Values := -module-name HTTP1 $(HTTP1) Tests/Fuzz/Scratch.swift Sources/Routing/PathNormaliser.swift Sources/Routing/ValueForm.swift
SOURCES_Settings := -module-name Settings -I Sources/CYAML $(wildcard Sources/Settings/*/*.swift)

# Templates stand on all pure modules: one module is made of them, and what they import of each other is empty.
FUZZ_MODULES := HTTP1 Settings Patterns Balancing
SOURCES_Template := -module-name Fuzzed -I .build-fuzz/modules -I Sources/CYAML -I Sources/CPCRE2 Tests/Fuzz/Scratch.swift \
  $(wildcard $(FUZZ_MODULES:%=Sources/%/*.swift) Sources/Settings/*/*.swift Sources/Routing/*.swift Sources/Routing/*/*.swift)
fuzz-Template: .build-fuzz/modules/made

.build-fuzz/modules/made:
	mkdir -p $(@D) && touch $(@D)/empty.swift
	for module in $(FUZZ_MODULES); do \
	  swiftc -emit-module -parse-as-library -package-name cluster-proxy -module-name $$module $(@D)/empty.swift -o $(@D)/$$module.swiftmodule || exit 1; \
	done
	touch $@

fuzz: $(FUZZ:%=fuzz-%)

fuzz-%:
	@mkdir -p .build-fuzz/corpus/$*
	swiftc -sanitize=fuzzer,address -parse-as-library -O -swift-version 6 -enable-experimental-feature Lifetimes -package-name cluster-proxy \
	  $(SOURCES_$*) Tests/Fuzz/$*Fuzz.swift -o .build-fuzz/$*
	cd .build-fuzz && SWIFT_BACKTRACE=enable=no ./$* -max_total_time=$(FUZZ_SECONDS) -max_len=2048 -dict=../Tests/Fuzz/HTTP.dict \
	  -print_final_stats=1 corpus/$* ../Tests/Fuzz/Corpus/$*

clean:
	rm -rf .build .build-release .build-fuzz
