# What you can do here. Each target sets up what it needs by itself; docs/tooling.md tells how it works.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export CARGO_TARGET_DIR := $(CURDIR)/target

.PHONY: help run dev build test check fmt bench clean distclean setup setup-build setup-check setup-test setup-bench

help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  APP_PORT (8080), POOL_PORT (9229) and API_PORT (9230) choose the ports of run and dev.'

run: setup-build ## serve the app, a local Cognito and a backend on this machine
	@node tools/build.mjs --quiet
	@cargo build --quiet --workspace --features ssr --bins
	@exec node tools/run.mjs

dev: setup-build ## the same from a debug build that is rebuilt and reloaded at every change
	@cargo build --quiet --workspace --features ssr --bins
	@exec node tools/run.mjs dev

build: setup-build ## make the deployable site in dist/ and list its sizes
	@node tools/build.mjs

test: setup-test ## run every test: host, browser, dist/, end to end
	@node tools/test.mjs $(SUITES)

check: setup-check ## formatting, lints, documentation, architecture, licences
	@node tools/check.mjs

fmt: ## format the Rust code
	@cargo fmt --all

bench: setup-bench ## measure first load and sign-in of dist/, of the sites in PEERS=dir, and the dev pool
	@node tools/build.mjs --quiet
	@node bench/bench.mjs
	@node bench/pool.mjs

clean: ## remove what was built (the tools stay)
	@rm -rf target dist test-results playwright-report
	@echo 'target/ and dist/ are gone; the tools in .tools/ and node_modules/ stay (make distclean removes them too).'

distclean: clean ## remove the installed tools as well
	@rm -rf .tools node_modules

setup: setup-test ## install everything the other targets need
setup-build setup-check setup-test setup-bench:
	@tools/setup.sh $(@:setup-%=%)
