# Two commands: `make lab` does the main job, `make test` runs every test. Both set up what they need.
SHELL := /bin/bash
TESTBED ?= default
OUT ?= portolan-report
PORTOLAN := $(or $(CARGO_TARGET_DIR),target)/release/portolan

# Where rustup puts cargo: a shell that was open before its installation does not know it yet.
export PATH := $(PATH):$(HOME)/.cargo/bin

.PHONY: help setup lab test test-fast browser lint fuzz bench bench-store bench-service bench-tables bench-letters bench-ovf bench-drivers validate-ovf clean

help:
	@echo 'make lab    move real VMs along every route and show the matrices (TESTBED=small for a quick look)'
	@echo 'make test   run every test, slow ones with real VMs included'
	@echo 'make browser  walk every page of the service for every role in a real browser (axe, keyboard, widths, themes)'
	@echo 'make bench  measure, and print ratios (make bench-store BENCH=--quick for a quick look at the log alone)'
	@echo 'make bench-service  measure pages, watchers and reports of labs against nginx and goals (BENCH=--quick)'
	@echo 'make bench-tables  measure analyses over a million outcomes against DuckDB and pandas (BENCH=--quick)'
	@echo 'make bench-letters  measure a thousand letters in one run against lettre alone (BENCH=--quick)'
	@echo 'make bench-ovf  measure packing and checking of OVF packages against qemu-img, tar and sha256sum (BENCH=--quick)'
	@echo 'make bench-drivers  measure the seven steps at libvirt against the same commands in a shell script (BENCH=--quick)'
	@echo 'make validate-ovf  hold written OVF packages against tar, sha256sum, qemu-img, and xmllint and virt-v2v if there are'
	@echo 'make lint   formatting and clippy, warnings as errors'
	@echo 'make fuzz   feed made-up bytes to every parser, a minute each (FUZZ="600 leaf" for one of them, longer)'

setup:
	@lab/setup.sh

# Without `portolan insights`, and so without a quarter of an hour of processor time; BUILD= builds with it.
BUILD ?= --no-default-features
lab: setup
	cargo build --release --locked $(BUILD)
	$(PORTOLAN) run $(TESTBED)
	mkdir -p $(OUT)
	$(PORTOLAN) report --audience public --out $(OUT)/public.html
	$(PORTOLAN) report --audience operator --out $(OUT)/operator.html
	$(PORTOLAN) matrix --format csv > $(OUT)/cells.csv
	$(PORTOLAN) matrix --format csv-steps > $(OUT)/steps.csv
	@echo "Reports are in $(OUT)/. Why a cell has its colour: $(PORTOLAN) explain SOURCE TARGET GUEST"

# cargo-nextest runs tests in parallel processes; without it plain `cargo test` runs the same tests.
test: setup
	@if cargo nextest --version >/dev/null 2>&1; then cargo nextest run --workspace --locked --profile full; \
	else cargo test --workspace --locked -- --test-threads=1; fi

test-fast: setup
	@if cargo nextest --version >/dev/null 2>&1; then cargo nextest run --workspace --locked; \
	else cargo test --workspace --locked --lib; fi

# Every page for every role in a real Chromium, as `make test` does it among others: four minutes on two cores.
browser: setup
	cargo nextest run --locked --profile browser -p portolan-cli --no-default-features

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo fmt --manifest-path bench/Cargo.toml --check

# What reads bytes from outside, see docs/decisions/0010: a minute for each target.
FUZZ ?= 60
fuzz:
	lab/fuzz.sh $(FUZZ)

bench: bench-store bench-service bench-letters bench-drivers
	lab/bench.sh

# The log against a raw file and other stores; what is compared with is built in bench/ only.
bench-store: setup
	lab/bench-store.sh $(BENCH)

# The service against nginx, with watchers and labs over loopback.
bench-service: setup
	lab/bench-service.sh $(BENCH)

# A thousand letters against lettre alone, both to a server that answers at once.
bench-letters: setup
	lab/bench-letters.sh $(BENCH)

# Column work against DuckDB and pandas; the first build is long.
bench-tables:
	lab/bench-tables.sh $(BENCH)

# Packages against qemu-img, tar and sha256sum; needs 45 GiB of disk, --quick 5.
bench-ovf: setup
	lab/bench-ovf.sh $(BENCH)

# The libvirt driver against the same virsh and qemu-img commands in a shell script.
bench-drivers: setup
	lab/bench-drivers.sh $(BENCH)

validate-ovf: setup
	cargo build --release --locked $(BUILD)
	lab/validate-ovf.sh $(PORTOLAN)

clean:
	rm -rf target bench/target fuzz/target portolan-data $(OUT)
