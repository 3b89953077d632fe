# SPDX-License-Identifier: GPL-3.0-or-later
# A courtesy for newcomers: every target sets up what is missing, then calls
# meson.

BUILD ?= build

.PHONY: all setup build demo test test-long bench quality speed lint install uninstall clean

all: build

setup:
	@tools/setup.sh

$(BUILD)/build.ninja: | setup
	@meson setup $(BUILD) >/dev/null

build: setup $(BUILD)/build.ninja
	@ninja -C $(BUILD)

demo: build
	@tools/demo.sh $(BUILD)

test: setup
	@tools/test.sh

test-long: setup
	@tools/test.sh --long

bench: build
	@tools/bench.sh $(BUILD)

quality: build
	@tools/peers.sh
	@tools/quality.py $(BUILD) --slow >$(BUILD)/quality.md
	@cp $(BUILD)/quality.md docs/quality.md

speed: build
	@tools/peers.sh
	@$(BUILD)/bench/bench_peers >$(BUILD)/speed.md
	@cp $(BUILD)/speed.md docs/speed.md

lint: setup $(BUILD)/build.ninja
	@meson test -C $(BUILD) --suite lint --suite tidy --print-errorlogs

install: build
	@meson configure $(BUILD) $(if $(PREFIX),--prefix=$(PREFIX))
	@meson install -C $(BUILD)

uninstall: $(BUILD)/build.ninja
	@ninja -C $(BUILD) uninstall

clean:
	rm -rf $(BUILD) build-*
