# Two commands are all: `make run` shows a scorecard, `make test` proves the code. `make demo` shows a whole company.
# PYTHON chooses the interpreter (3.11 or later); everything is installed below .venv.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
REPO   ?= .
LISTEN ?= 127.0.0.1:10210
# Deployments come from the repository's tags or, where it has none, from the commits of its branch.
CONFIG ?= examples/quickstart/$(if $(shell git -C "$(REPO)" tag --list 2>/dev/null | head -n 1),tags,commits).yaml

.PHONY: run demo test lint format bench generate stack stack-down stack-demo stack-demo-down clean
.DELETE_ON_ERROR:

run: export QUICKSTART_REPOSITORY = $(abspath $(REPO))
run: export QUICKSTART_STORE = duckdb:$(CURDIR)/data/quickstart$(subst /,-,$(abspath $(REPO))).duckdb
run: $(VENV)/.package  ## the scorecard of this checkout, or of REPO=/path/to/a/repository
	$(BIN)/scorecard-exporter run --web.listen-address=$(LISTEN) --config.file=$(CONFIG)

demo: $(VENV)/.development  ## a made-up company with all its systems, read over HTTP, on http://127.0.0.1:10210/
	$(BIN)/python -m examples.acme.demo --listen=$(LISTEN)

test: $(VENV)/.development  ## the whole test suite, against the built and installed wheel
	$(BIN)/pytest

lint: $(VENV)/.development  ## style, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=exporter $(BIN)/lint-imports --no-cache
	! command -v promtool >/dev/null || promtool check config prometheus/prometheus.yml
	! command -v amtool >/dev/null || amtool check-config alertmanager/alertmanager.yml

format: $(VENV)/.development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.development  ## what is promised about speed and memory, measured here
	$(BIN)/python benchmarks/run.py

generate: $(VENV)/.development  ## the files that are written from the code
	$(BIN)/python -m scorecard_exporter.config.reference
	$(BIN)/python -m scorecard_exporter.exposition.reference
	$(BIN)/python -m scorecard_exporter.sources.webhook.schema
	$(BIN)/python -m kubernetes.prometheus_rule
	$(BIN)/python -m grafana.boards.write
	$(BIN)/python -m examples.acme.reviews docs/examples
	$(BIN)/python -m grpc_tools.protoc $(PROTOCOL)

# The data source's protocol; what is generated lies beside its text.
PROTOCOL := --proto_path=exporter --python_out=exporter --pyi_out=exporter --grpc_python_out=exporter \
	scorecard_exporter/grafana/pluginv2/backend.proto scorecard_exporter/grafana/pluginv2/health.proto

clean:
	rm -rf $(VENV) build dist

$(VENV)/.tools:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "python3 cannot make virtual environments here; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --upgrade pip
	@touch $@

$(VENV)/.package: $(VENV)/.tools pyproject.toml README.md $(shell find exporter -type f -not -name '*.pyc')
	$(BIN)/pip install --quiet .
	@touch $@

$(VENV)/.development: $(VENV)/.package
	$(BIN)/pip install --quiet --group dev
	@touch $@

# The stack: exporter, Prometheus, Alertmanager and Grafana in containers. Its data stays when it is taken down.
COMPOSE  ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
PASSWORD := secrets/grafana-admin-password
TOKEN    := secrets/grafana-token
# Who may read the secrets: Grafana runs as their owner, the exporter reads its token as a member of the token's group.
READERS   = GRAFANA_USER="$$(ls -ln $(PASSWORD) | awk '{print $$3}')" SECRETS_GROUP="$$(ls -ln $(TOKEN) | awk '{print $$4}')"
ADDRESSES = @echo "Scorecard    http://127.0.0.1:$${SCORECARD_PORT:-10210}" && \
	echo "Prometheus   http://127.0.0.1:$${PROMETHEUS_PORT:-9090}" && \
	echo "Alertmanager http://127.0.0.1:$${ALERTMANAGER_PORT:-9093}" && \
	echo "Grafana      http://127.0.0.1:$${GRAFANA_PORT:-3000}   user admin, password in $(PASSWORD)"

# Git's own directory is all that is shown of the repository.
stack: $(PASSWORD) $(TOKEN)  ## the scorecard of REPO, or of CONFIG=/path/to/a/configuration, with alerts and boards
	repository="$$(git -C "$(REPO)" rev-parse --path-format=absolute --git-common-dir)" && \
	SCORECARD_REPOSITORY="$$repository" \
	SCORECARD_DIRECTORY="$(abspath $(dir $(CONFIG)))" SCORECARD_FILE="$(notdir $(CONFIG))" \
	$(READERS) \
	$(COMPOSE) up --detach --build
	$(ADDRESSES)

stack-down:
	$(COMPOSE) down

# A stack of its own beside the other, with the same ports: one of the two runs at a time. Acme is told anew each time, so
# nothing of an earlier one is kept. Its systems answer before they are asked.
DEMO = COMPOSE_PROFILES=demo COMPOSE_PROJECT_NAME=engineering-scorecard-demo STACK=engineering-scorecard-demo

stack-demo: $(PASSWORD) $(TOKEN) $(VENV)/.package stack-demo-down  ## the stack about a made-up company with all its systems
	$(BIN)/python -m examples.acme.stack data/stack-demo
	$(DEMO) $(COMPOSE) up --detach --build acme
	$(DEMO) $(COMPOSE) exec -T acme python -m examples.acme.waiting
	$(DEMO) SCORECARD_DIRECTORY="$(CURDIR)/data/stack-demo" SCORECARD_FILE=scorecard.yaml $(READERS) \
	$(COMPOSE) up --detach --build
	$(ADDRESSES)

stack-demo-down:
	$(DEMO) $(COMPOSE) down --volumes

# Made once. For its owner alone; root gives it to Grafana's own user, who is no root.
$(PASSWORD):
	@mkdir -p -m 0700 $(@D)
	@umask 077 && head -c 24 /dev/urandom | base64 >$@ && test -s $@
	@test "$$(id -u)" -ne 0 || chown 472 $@

# For the exporter too, whose group root gives it; nobody gets past the folder but its owner.
$(TOKEN):
	@mkdir -p -m 0700 $(@D)
	@umask 027 && head -c 24 /dev/urandom | base64 >$@ && test -s $@
	@test "$$(id -u)" -ne 0 || chown 472:10210 $@
