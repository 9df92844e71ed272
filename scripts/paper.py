#!/usr/bin/python3
"""Runs the experiments of docs/paper.md and makes its tables.

Usage: scripts/paper.py [--quick] [EXPERIMENT...]

Campaigns that were interrupted go on at the next call; those that are finished are only checked against their
configuration. Runs without faults (1_accuracy) whose JSON is there are not run again: delete it. The tables go to docs/paper/ and from there into docs/paper.md. With --quick every experiment takes some minutes on few images and trials, and its tables go to
OUT/tables only.
"""

import argparse
import pathlib
import subprocess
import sys
import time
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts" / "lib"))
import paper_document  # noqa: E402
import paper_tables as tables  # noqa: E402

DATA = {"mnist_mlp": "mnist", "mnist_lenet": "mnist", "fashion_mlp": "fashion-mnist",
        "fashion_lenet": "fashion-mnist", "cifar10_cnn": "cifar10", "cifar10_resnet8": "cifar10"}
MLPS = ("mnist_mlp", "fashion_mlp")
LENETS = ("mnist_lenet", "fashion_lenet")
SAMPLE = "campaign.sample.count="
CIFAR_NETWORKS = ("cifar10_cnn", "cifar10_resnet8")
FOUR_PES = "campaign.pes=['pe[2][4]', 'pe[1][12]', 'pe[10][5]', 'pe[9][2]']"
ONE_PE = "campaign.pes=['pe[2][4]']"
DOCUMENT = ROOT / "docs" / "paper.md"


@dataclass(frozen=True)
class Step:
    """A configuration, run once per network with its own overrides."""
    config: str
    networks: dict  # name: overrides
    quick: tuple  # overrides of --quick, on top of the others
    is_campaign: bool = True
    quick_networks: tuple = ()  # others are left out; empty: all

    def runs(self, is_quick):
        for network, overrides in self.networks.items():
            if is_quick and self.quick_networks and network not in self.quick_networks:
                continue
            yield network, [f"network={network}", f"data.name={DATA[network]}", *overrides,
                            *(self.quick if is_quick else ())]


@dataclass(frozen=True)
class Experiment:
    title: str
    steps: tuple
    make: object = field(repr=False)  # (program, {config: results}) -> {table: rows}


def each(networks, *overrides):
    return {network: list(overrides) for network in networks}


def accuracy(_, results):
    return {"1_accuracy": tables.accuracy_table(results["1_accuracy"])}


def single_fault(program, results):
    nets, bits = results["2_nets"], results["2_output_bits"]
    worst = [row for path in nets
             for row in tables.loss_table(program, [path], "cell,fault", "--sort", "loss", "--limit", "10")]
    return {"2_nets": tables.loss_table(program, nets, "cell"), "2_worst_nets": worst,
            "2_output_bits": tables.output_bit_table(program, bits), "2_pairs": tables.pair_table(program, bits)}


def places(program, results):
    return {"3_layers": tables.loss_table(program, results["3_layers"], "multiplier,layer"),
            "3_accelerators": tables.loss_table(program, results["3_accelerators"], "multiplier,accelerator")}


def mitigations(_, results):
    nets, bits = results["4_half_nets"], results["4_half_output_bits"]
    by = ("network", "multiplier")
    half = {**tables.grouped(nets, by, "nets"), **tables.grouped(bits, by, "output bits"),
            **tables.grouped(nets + bits, by, "both")}
    return {"4_half": tables.won_back_table(half), "4_half_trials": tables.trial_table({"nets": nets, "output bits": bits}),
            "4_rates": tables.won_back_table(tables.grouped(results["4_rates"], (*by, "rate")))}


def energy(_, results):
    rows = tables.energy_table(results["5_energy"])
    return {"5_energy": rows, "5_correlation": tables.correlation_table(rows)}


EXPERIMENTS = {
    "1": Experiment("accuracy against multiplier, without faults", (
        Step("1_accuracy", {**each(MLPS), **each(LENETS, "data.limit=2000"),
                            **each(CIFAR_NETWORKS, "data.limit=300")},
             ("data.limit=100",), is_campaign=False),), accuracy),
    "2": Experiment("one stuck-at fault, by net and by output bit", (
        Step("2_nets", {**each(MLPS, "data.limit=2000"), **each(LENETS, "data.limit=1000")},
             ("data.limit=100", SAMPLE + "20")),
        Step("2_output_bits", {**each(MLPS, "data.limit=2000"),
                               **each(LENETS, "data.limit=1000", FOUR_PES), **each(CIFAR_NETWORKS, "data.limit=100", ONE_PE)},
             ("data.limit=100", ONE_PE), quick_networks=MLPS + LENETS)), single_fault),
    "3": Experiment("layer by layer, array by array, TPU against GPU", (
        Step("3_layers", {**each(MLPS), **each(LENETS, "data.limit=1000")},
             ("data.limit=200", "campaign.trials_per_fault=1")),
        Step("3_accelerators", {**each(MLPS), **each(LENETS, "data.limit=1000")},
             ("data.limit=200", "campaign.trials_per_fault=1"), quick_networks=MLPS)), places),
    "4": Experiment("fault rates and mitigations", (
        Step("4_half_nets", each(MLPS + LENETS), ("data.limit=500", "campaign.trials_per_rate=4"),
             quick_networks=("mnist_mlp",)),
        Step("4_half_output_bits", each(MLPS + LENETS),
             ("data.limit=500", "campaign.trials_per_rate=2"), quick_networks=("mnist_mlp",)),
        Step("4_rates", each(("mnist_mlp",)), ("data.limit=500", "campaign.trials_per_rate=1"))), mitigations),
    "5": Experiment("resilience against energy", (
        Step("5_energy", {**each(MLPS), **each(LENETS, "data.limit=1000", SAMPLE + "100")},
             ("data.limit=500", SAMPLE + "30"), quick_networks=("mnist_mlp", "mnist_lenet")),), energy),
}


def run_step(options, step):
    """Runs what is missing; the results by network."""
    paths = []
    for network, overrides in step.runs(options.quick):
        path = options.out / f"{step.config}-{network}{'.sqlite' if step.is_campaign else '.json'}"
        paths.append(path)
        config = ROOT / "configs" / "paper" / f"{step.config}.yaml"
        command = [options.program, "campaign" if step.is_campaign else "run", config]
        command += [part for override in overrides for part in ("--set", override)]
        if step.is_campaign:
            command += ["--out", path, "--jobs", str(options.jobs)] + (["--resume"] if path.exists() else [])
        else:
            if path.exists():
                continue
            command += ["--json", path]
        print(f"{step.config} {network}", flush=True)
        begin = time.time()
        with open(path.with_suffix(".log"), "a", encoding="utf-8") as log:
            status = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode
        if status != 0:
            raise SystemExit(f"paper.py: faultwave ended with status {status}\n  see {path.with_suffix('.log')}")
        print(f"  {time.time() - begin:.0f} s", flush=True)
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("experiments", nargs="*", metavar="EXPERIMENT",
                        help="; ".join(f"{name}: {one.title}" for name, one in EXPERIMENTS.items()))
    parser.add_argument("--quick", action="store_true", help="some minutes for each experiment")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "release" / "bin" / "faultwave")
    parser.add_argument("--out", type=pathlib.Path,
                        help="folder of results (default: build/paper/full, build/paper/quick)")
    parser.add_argument("--tables", type=pathlib.Path,
                        help="folder of tables (default: docs/paper; with --quick OUT/tables)")
    parser.add_argument("--jobs", type=int, default=0, help="threads of a campaign (default: all cores)")
    options = parser.parse_args()
    options.experiments = options.experiments or list(EXPERIMENTS)
    for name in options.experiments:
        if name not in EXPERIMENTS:
            parser.error(f"unknown experiment {name}; known: {', '.join(EXPERIMENTS)}")
    if not options.program.exists():
        parser.error(f"{options.program} does not exist: run scripts/quickstart.sh, or name another with --program")
    options.out = options.out or ROOT / "build" / "paper" / ("quick" if options.quick else "full")
    options.tables = options.tables or (options.out / "tables" if options.quick else DOCUMENT.with_suffix(""))
    options.out.mkdir(parents=True, exist_ok=True)
    options.tables.mkdir(parents=True, exist_ok=True)
    for name in options.experiments:
        experiment = EXPERIMENTS[name]
        print(f"experiment {name}: {experiment.title}", flush=True)
        results = {step.config: run_step(options, step) for step in experiment.steps}
        command = f"scripts/paper.py {'--quick ' if options.quick else ''}{name}"
        for table, rows in experiment.make(options.program, results).items():
            tables.write_csv(options.tables / f"{table}.csv", command, rows)
            print(f"  {options.tables / table}.csv: {len(rows)} rows", flush=True)
    if options.tables == DOCUMENT.with_suffix(""):
        paper_document.update(DOCUMENT)


if __name__ == "__main__":
    main()
