# Entry points: each sets up what it needs and hands over to CMake's presets or a script in tools/.
# `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup build debug test demo bench fuzz soak format lint web models package package-test

SETUP := tools/setup/setup.sh

# ccache hits in a fresh clone: paths inside it count as relative, and the folder itself is not hashed.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
export CCACHE_SLOPPINESS := pch_defines,time_macros

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## installs what all the other entries need
	@$(SETUP) all

build: ## the release binary: build/release/mettle
	@$(SETUP) build
	@cmake --preset release && cmake --build --preset release

debug: ## the same with debug information and assertions: build/debug/mettle
	@$(SETUP) build
	@cmake --preset debug && cmake --build --preset debug

test: ## builds and runs every test
	@tools/test

demo: build ## serves the digits model, proves it, writes out/report.html
	@mkdir -p out
	build/release/mettle prove models/digits -o out/report.json -o out/report.html

bench: ## compares with other servers and testers, writes bench/results.json
	@$(SETUP) bench
	@$(MAKE) --no-print-directory build
	@.deps/venv-bench/bin/python bench/run.py $(ARGS)

package: ## tarball, .deb, wheel and Containerfile: build/release/packages
	@$(SETUP) build test
	@cmake --preset release && cmake --build --preset release
	@tools/package/package

package-test: package ## installs each into a clean place and proves a model there
	@tools/package/test

fuzz: ## runs each fuzz target for FUZZ_SECONDS (60)
	@$(SETUP) build
	@tools/fuzz

soak: ## traffic of every kind for SOAK_SECONDS (600), under AddressSanitizer and in release
	@$(SETUP) build
	@tools/soak

format: ## lays out the C++ sources
	@$(SETUP) lint
	@tools/lint --format

lint: ## layout, clang-tidy, coroutine habits, includes
	@$(SETUP) lint
	@tools/lint

web: ## builds the web page: webui/dist/report.html
	@$(SETUP) web

models: ## makes the example models again
	@$(SETUP) models
	@for script in models/*/make.py; do echo "$$script"; .deps/venv-models/bin/python "$$script" || exit; done
