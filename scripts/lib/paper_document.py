"""The tables of docs/paper.md, from the CSV files beside it."""

import csv
import re

NETWORKS = {"mnist_mlp": "MLP, MNIST", "mnist_lenet": "LeNet, MNIST", "fashion_mlp": "MLP, Fashion",
            "fashion_lenet": "LeNet, Fashion", "cifar10_cnn": "CNN, CIFAR-10",
            "cifar10_resnet8": "ResNet-8, CIFAR-10"}
MITIGATIONS = ("fap", "fal_retune", "bias_recalibration", "fal_retune_offset", "joint_retune",
               "fault_aware_mapping+joint_retune")
BITS_OF = ("mul8u_1JFF affine_u8", "mul8u_NGR affine_u8", "mul8u_DM1 affine_u8", "mul8u_12N4 affine_u8",
           "mul8u_17KS affine_u8", "mul8u_1JFF sign_magnitude", "mul8s_1KV8 int8")


def read(folder, name):
    with open(folder / f"{name}.csv", encoding="utf-8") as file:
        next(file)  # the command
        return list(csv.DictReader(file))


def markdown(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def distinct(rows, *columns):
    """Values of the columns, in the order in which they come first."""
    return list(dict.fromkeys(tuple(row[column] for column in columns) for row in rows))


def networks_of(rows):
    return [name for name in NETWORKS if any(row["network"] == name for row in rows)]


def percent(text):
    return f"{100 * float(text):.0f}"


def won_back(row):
    return f"{percent(row['won_back_frac'])} % [{percent(row['lower_frac'])}, {percent(row['upper_frac'])}]"


def goal_reached(row):
    return (f"{percent(row['goal_reached_frac'])} % [{percent(row['goal_lower_frac'])}, "
            f"{percent(row['goal_upper_frac'])}]")


def accuracy(folder):
    rows = read(folder, "1_accuracy")
    networks = networks_of(rows)
    found = {(row["network"], row["multiplier"], row["format"]): f"{100 * float(row['accuracy']):.1f}" for row in rows}

    def cell(network, multiplier):
        return " / ".join(found[network, multiplier, number_format]
                          for number_format in ("affine_u8", "sign_magnitude", "int8")
                          if (network, multiplier, number_format) in found)

    return markdown(["multiplier", *(NETWORKS[network] for network in networks)],
                    [[f"`{multiplier}`", *(cell(network, multiplier) for network in networks)]
                     for multiplier, in distinct(rows, "multiplier")])


def nets(folder):
    rows = read(folder, "2_nets")
    networks = networks_of(rows)
    found = {(row["network"], row["cell"]):
             f"{float(row['loss_points']):.1f}; {float(row['max_loss_points']):.0f}; {percent(row['critical_frac'])} %"
             for row in rows}
    return markdown(["multiplier, format", *(NETWORKS[network] for network in networks)],
                    [["`{}` {}".format(*cell.split()), *(found.get((network, cell), "-") for network in networks)]
                     for cell, in distinct(rows, "cell")])


def output_bits(folder):
    found = {(row["cell"], row["bit"], row["kind"]):
             f"{float(row['loss_points']):.1f}; {float(row['max_loss_points']):.0f}"
             for row in read(folder, "2_output_bits") if row["network"] == "mnist_mlp"}
    return markdown(["bit, stuck at", *(cell.split("_", 1)[1] for cell in BITS_OF)],
                    [[f"{bit} {kind[-1]}", *(found.get((cell, str(bit), kind), "-") for cell in BITS_OF)]
                     for bit in range(16) for kind in ("sa0", "sa1")])


def output_bits_by_network(folder):
    """Means over all trials with a stuck output bit."""
    rows = read(folder, "2_output_bits")
    networks = networks_of(rows)

    def cell(network, name):
        own = [row for row in rows if (row["network"], row["cell"]) == (network, name)]
        trials = sum(int(row["trials"]) for row in own)
        means = [sum(int(row["trials"]) * float(row[figure]) for row in own) / trials
                 for figure in ("loss_points", "critical_frac")]
        return f"{means[0]:.1f}; {max(float(row['max_loss_points']) for row in own):.0f}; {percent(means[1])} %"

    return markdown(["multiplier, format", *(NETWORKS[network] for network in networks)],
                    [["`{}` {}".format(*name.split()), *(cell(network, name) for network in networks)]
                     for name, in distinct(rows, "cell")])


def pairs(folder):
    rows = [row for row in read(folder, "2_pairs") if row["format"] != "sign_magnitude"]
    lines = []
    for row in rows:
        largest = (f"bit {row['bit']} {row['kind']}: {float(row['largest_loss_points']):.1f} against "
                   f"{float(row['largest_exact_loss_points']):.1f}")
        lines.append([NETWORKS[row["network"]], f"`{row['multiplier']}`", row["pairs"],
                      f"{percent(row['worse_frac'])} %", f"{percent(row['better_frac'])} %",
                      f"{float(row['loss_points']):.1f} against {float(row['exact_loss_points']):.1f}", largest])
    return markdown(["network", "multiplier", "pairs", "worse", "better", "mean loss", "pair that differs most"], lines)


def layers(folder):
    rows = read(folder, "3_layers")
    lines = []
    for network in networks_of(rows):
        for multiplier, in distinct(rows, "multiplier"):
            own = [row for row in rows if (row["network"], row["multiplier"]) == (network, multiplier)]
            losses = (f"{row['layer'].removesuffix('_add')} {float(row['loss_points']):.1f} "
                      f"({float(row['max_loss_points']):.0f})" for row in own)
            lines.append([NETWORKS[network], f"`{multiplier}`", ", ".join(losses)])
    return markdown(["network", "multiplier", "layer: mean loss (largest)"], lines)


def short_name(accelerator):
    """Of an accelerator's description: 16x16, A100 SM, Turing SM."""
    if not accelerator.startswith("GPU"):
        return accelerator.split()[0]
    return "A100 SM" if "512 lanes" in accelerator else "Turing SM"


def accelerators(folder):
    rows = read(folder, "3_accelerators")
    names = [name for name, in distinct(rows, "accelerator")]
    names.sort(key=lambda name: (name.startswith("GPU"), len(name.split()[0]), name))
    found = {(row["network"], row["multiplier"], row["accelerator"]):
             f"{float(row['loss_points']):.2f} ({float(row['max_loss_points']):.0f}; {percent(row['critical_frac'])} %)"
             for row in rows}
    return markdown(["network", "multiplier", *map(short_name, names)],
                    [[NETWORKS[network], f"`{multiplier}`", *(found[network, multiplier, name] for name in names)]
                     for network in networks_of(rows) for multiplier, in distinct(rows, "multiplier")])


def half_array(folder):
    """One table per group of faults, all networks and multipliers together."""
    rows = read(folder, "4_half")
    tables = []
    for faults in ("nets", "output bits", "both"):
        own = {row["mitigation"]: row for row in rows if (row["faults"], row["network"]) == (faults, "all")}
        row = own["joint_retune"]
        tables.append(f"{faults}: {row['critical']} of {row['trials']} trials critical, with {row['clusters']} different "
                      f"faults; {float(row['lost_points']):.1f} points lost on average\n\n" +
                      markdown(["mitigation", "won back", "median of trials", "at least 80 % won back in"],
                               [[f"`{name}`", won_back(own[name]), f"{percent(own[name]['median_won_back_frac'])} %",
                                 goal_reached(own[name])]
                                for name in MITIGATIONS]))
    return "\n\n".join(tables)


def half_array_by_network(folder):
    rows = read(folder, "4_half")
    lines = []
    for faults in ("nets", "output bits", "both"):
        for network in networks_of(rows):
            for multiplier, in distinct(rows, "multiplier"):
                own = {row["mitigation"]: row for row in rows
                       if (row["faults"], row["network"], row["multiplier"]) == (faults, network, multiplier)}
                if not own or (multiplier != "all" and faults != "nets"):
                    continue
                shown = [own["joint_retune"], own["fault_aware_mapping+joint_retune"]]
                lines.append([faults, NETWORKS[network], multiplier,
                              f"{shown[0]['critical']} of {shown[0]['trials']}",
                              *(f"{won_back(row)}; {percent(row['goal_reached_frac'])} %" for row in shown)])
    return markdown(["faults", "network", "multiplier", "critical", "`joint_retune`", "mapped, `joint_retune`"], lines)


def rates(folder):
    rows = [row for row in read(folder, "4_rates") if row["network"] == "all"]
    found = {(row["mitigation"], row["rate"]): row for row in rows}
    columns = sorted({row["rate"] for row in rows}, key=float)  # rates without critical trials are not there
    heads = []
    for rate in columns:
        row = found["joint_retune", rate]
        heads.append(f"{100 * float(rate):.1f} % of PEs: {row['critical']} of {row['trials']} trials critical, "
                     f"{float(row['lost_points']):.0f} points lost")
    return markdown(["mitigation", *heads],
                    [[f"`{name}`", *(won_back(found[name, rate]) if (name, rate) in found else "-" for rate in columns)]
                     for name, in distinct(rows, "mitigation")])


FIGURES = {"loss_points": "mean loss", "max_loss_points": "largest loss", "critical_frac": "share of critical faults",
           "critical_faults": "number of critical faults", "accuracy": "accuracy"}


def correlation(folder):
    rows = read(folder, "5_correlation")
    lines = []
    for network in networks_of(rows):
        own = [row for row in rows if row["network"] == network]
        for least, in distinct(own, "least_accuracy"):
            group = {row["energy_against"]: row for row in own if row["least_accuracy"] == least}
            kept = group["accuracy"]["multipliers"]
            if float(least) > 0:
                kept += f", accuracy above {percent(least)} %"
            lines.append([NETWORKS[network], kept,
                          *(f"{float(group[name]['spearman']):.2f} [{float(group[name]['lower']):.2f}, "
                            f"{float(group[name]['upper']):.2f}]" for name in FIGURES)])
    return markdown(["network", "multipliers", *FIGURES.values()], lines)


TABLES = {"1_accuracy": accuracy, "2_nets": nets, "2_output_bits": output_bits,
          "2_output_bits_by_network": output_bits_by_network,
          "2_pairs": pairs, "3_layers": layers,
          "3_accelerators": accelerators, "4_half": half_array, "4_half_by_network": half_array_by_network,
          "4_rates": rates, "5_correlation": correlation}


def with_tables(text, folder):
    """`text` with what stands between "<!-- table NAME -->" and "<!-- end -->" made anew from the CSV files."""

    def table(match):
        return f"{match[1]}\n\n{TABLES[match[2]](folder)}\n\n{match[3]}"

    return re.sub(r"(<!-- table (\S+) -->).*?(<!-- end -->)", table, text, flags=re.DOTALL)


def update(document):
    """Makes the tables of docs/paper.md anew from docs/paper/*.csv."""
    text = document.read_text(encoding="utf-8")
    document.write_text(with_tables(text, document.with_suffix("")), encoding="utf-8")
