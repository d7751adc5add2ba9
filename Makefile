# make run     see the gateway at work: simulated meters, a real broker with mutual TLS, messages as they arrive
# make test    everything that proves it
# make bench   every figure as a ratio to a limit measured in the same run
#   FAULTS=1    in place of that: 100 000 requests under every fault of the line, and what was published
# make fuzz    a million arbitrary frames at the line
# make crash   the agent killed a thousand times under faults of everything around it; ROUNDS=, SEED=
# make order   what the linker puts side by side, written down anew from a gateway at work
# make lint    format, shell scripts, profiles, what the binary links
# make build   the release binary;  make install / uninstall, with DESTDIR and PREFIX

SHELL := /bin/bash
SWIFT ?= swift
PREFIX ?= /usr
SYSCONFDIR ?= /etc
UNITDIR ?= /lib/systemd/system
# lld packs the relocations of a position-independent binary, which saves a megabyte of file and of memory, and puts what a
# gateway at work runs side by side (docs/decisions/036-run-order.md). Nobody looks a symbol up in the program.
RELEASE := -c release --static-swift-stdlib -Xswiftc -Xfrontend -Xswiftc -function-sections -Xswiftc -use-ld=lld \
    -Xlinker -z -Xlinker pack-relative-relocs -Xlinker --no-export-dynamic \
    -Xlinker --symbol-ordering-file=$(CURDIR)/scripts/run.order -Xlinker --no-warn-symbol-ordering
AGENT := .build/release/edge-agent

.PHONY: run test bench fuzz crash order lint build install completions uninstall
.DEFAULT_GOAL := build

# How many messages `make run` shows; 0 shows them until Ctrl-C.
MESSAGES ?= 0

run:
	@scripts/install-packages.sh build run
	@echo "Building the release (a few minutes the first time) ..."
	@$(SWIFT) build $(RELEASE) --product edge-agent
	@$(SWIFT) build $(RELEASE) --product edge-demo
	@exec .build/release/edge-demo --agent $(AGENT) --messages $(MESSAGES)

test:
	@scripts/install-packages.sh build run test
	@scripts/test.sh

# How many requests the fault matrix sends.
REQUESTS ?= 100000

bench:
	@scripts/install-packages.sh build run test
	@$(SWIFT) build $(RELEASE) --product edge-agent
	@$(SWIFT) build $(RELEASE) --product edge-bench
	@exec .build/release/edge-bench --agent $(AGENT) $(if $(FAULTS),--faults $(REQUESTS))

# Arbitrary frames against the line's receiver and against a whole line; ten thousand of them are in make test.
FRAMES ?= 1000000

fuzz:
	@scripts/install-packages.sh build test
	@$(SWIFT) build --build-tests
	@EDGE_FUZZ=$(FRAMES) $(SWIFT) test --skip-build --filter '^ModbusKitTests\.FuzzTests'

# The same seed makes the same decisions; a run without one says which it took.
ROUNDS ?= 1000
SEED ?=

crash:
	@scripts/install-packages.sh build run test
	@$(SWIFT) build $(RELEASE) --product edge-agent
	@$(SWIFT) build $(RELEASE) --product edge-crash
	@exec .build/release/edge-crash --agent $(AGENT) --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

order:
	@scripts/install-packages.sh build run order
	@$(SWIFT) build $(RELEASE) --product edge-agent
	@$(SWIFT) build $(RELEASE) --product edge-demo
	@scripts/order.sh $(AGENT)

lint:
	@scripts/install-packages.sh test
	@scripts/lint.sh

build:
	@scripts/install-packages.sh build
	@$(SWIFT) build $(RELEASE) --product edge-agent

install: build
	install -D -m 0755 --strip $(AGENT) "$(DESTDIR)$(PREFIX)/bin/edge-agent"
	install -D -m 0644 systemd/edge-agent.service "$(DESTDIR)$(UNITDIR)/edge-agent.service"
	install -D -m 0644 systemd/edge-agent.sysusers "$(DESTDIR)$(PREFIX)/lib/sysusers.d/edge-agent.conf"
	install -D -m 0644 systemd/edge-agent.tmpfiles "$(DESTDIR)$(PREFIX)/lib/tmpfiles.d/edge-agent.conf"
	install -D -m 0644 man/edge-agent.1 "$(DESTDIR)$(PREFIX)/share/man/man1/edge-agent.1"
	install -d "$(DESTDIR)$(PREFIX)/share/edge-agent/profiles"
	cp -r --no-preserve=ownership profiles/. "$(DESTDIR)$(PREFIX)/share/edge-agent/profiles/"
	find "$(DESTDIR)$(PREFIX)/share/edge-agent/profiles" -type d -exec chmod 0755 {} + -o -exec chmod 0644 {} +
	rm -rf "$(DESTDIR)$(PREFIX)/share/edge-agent/profiles/check_profiles.py" \
	    "$(DESTDIR)$(PREFIX)/share/edge-agent/profiles/__pycache__"
	$(MAKE) --no-print-directory completions
	install -D -m 0640 systemd/edge-agent.yaml "$(DESTDIR)$(PREFIX)/share/edge-agent/edge-agent.yaml"
	install -d -m 0750 "$(DESTDIR)$(SYSCONFDIR)/edge-agent"
	@echo "Next: systemd-sysusers && systemd-tmpfiles --create; put edge-agent.yaml, ca.crt, device.crt and device.key"
	@echo "      into $(SYSCONFDIR)/edge-agent, readable by the group edge-agent;"
	@echo "      edge-agent check --config $(SYSCONFDIR)/edge-agent/edge-agent.yaml; systemctl enable --now edge-agent"

# What the shell completes: commands, options and the words that an option takes.
completions:
	install -d "$(DESTDIR)$(PREFIX)/share/bash-completion/completions" \
	    "$(DESTDIR)$(PREFIX)/share/zsh/vendor-completions" "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d"
	LANG=C $(AGENT) --generate-completion-script bash \
	    > "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/edge-agent"
	LANG=C $(AGENT) --generate-completion-script zsh > "$(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_edge-agent"
	LANG=C $(AGENT) --generate-completion-script fish \
	    > "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/edge-agent.fish"

# Configuration, certificates and the spool are the operator's: they stay.
uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/edge-agent" "$(DESTDIR)$(UNITDIR)/edge-agent.service" \
	    "$(DESTDIR)$(PREFIX)/lib/sysusers.d/edge-agent.conf" "$(DESTDIR)$(PREFIX)/lib/tmpfiles.d/edge-agent.conf" \
	    "$(DESTDIR)$(PREFIX)/share/man/man1/edge-agent.1" "$(DESTDIR)$(PREFIX)/share/edge-agent/edge-agent.yaml" \
	    "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/edge-agent" \
	    "$(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_edge-agent" \
	    "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/edge-agent.fish"
	rm -rf "$(DESTDIR)$(PREFIX)/share/edge-agent/profiles"
	-rmdir "$(DESTDIR)$(PREFIX)/share/edge-agent" "$(DESTDIR)$(SYSCONFDIR)/edge-agent"
