#!/usr/bin/python3
"""Compares our evolved multipliers with EvoApprox8b under one cost model; prints tables, draws two pictures.

usage: draw_evolved.py COSTS.csv PUBLISHED.csv
COSTS.csv      faultwave netlist cost of the EvoApprox8b circuits
PUBLISHED.csv  catalog.csv of EvoApprox8b: published power and area
Ours come from rtl/multipliers/evolved/catalog.csv.
"""
import csv
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "scripts" / "lib"))
from loss_statistics import rank_correlation  # noqa: E402

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 420, 60, 45
THEIRS, OURS, FAULT = "#f58518", "#4c78a8", "#54a24b"


def plot(path, series, x_label, y_label, log_x, y_max, x_max, x_min=0.0):
    """series: (name, colour, points)."""
    def place(x, y):
        if log_x:
            share = (math.log10(max(x, x_min)) - math.log10(x_min)) / (math.log10(x_max) - math.log10(x_min))
        else:
            share = x / x_max
        return LEFT + share * (WIDTH - LEFT - 15), HEIGHT - BOTTOM - y / y_max * (HEIGHT - BOTTOM - 15)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    ticks = [10 ** e for e in range(round(math.log10(x_min)), round(math.log10(x_max)) + 1)] if log_x else \
        [x_max * i / 5 for i in range(6)]
    for tick in ticks:
        x, y = place(tick, 0)
        out.append(f'<line x1="{x:.1f}" y1="{y}" x2="{x:.1f}" y2="15" stroke="#ddd"/>'
                   f'<text x="{x:.1f}" y="{y + 16}" font-size="11" text-anchor="middle">{tick:g}</text>')
    for i in range(6):
        x, y = place(x_min if log_x else 0, y_max * i / 5)
        out.append(f'<line x1="{x}" y1="{y:.1f}" x2="{WIDTH - 15}" y2="{y:.1f}" stroke="#ddd"/>'
                   f'<text x="{x - 6}" y="{y + 4:.1f}" font-size="11" text-anchor="end">{y_max * i / 5:g}</text>')
    for i, (name, colour, points) in enumerate(series):
        for x, y in points:
            px, py = place(x, y)
            out.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="{colour}" fill-opacity="0.75"/>')
        out.append(f'<circle cx="{WIDTH - 190}" cy="{28 + 18 * i}" r="4" fill="{colour}"/>'
                   f'<text x="{WIDTH - 180}" y="{32 + 18 * i}" font-size="12">{name}</text>')
    out.append(f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 8}" font-size="12" text-anchor="middle">{x_label}</text>')
    out.append(f'<text x="14" y="{HEIGHT / 2}" font-size="12" text-anchor="middle" '
               f'transform="rotate(-90 14 {HEIGHT / 2})">{y_label}</text></svg>')
    path.write_text("\n".join(out) + "\n")


def main():
    costs = {row["name"]: row for row in csv.DictReader(open(sys.argv[1]))}
    published = {row["name"]: row for row in csv.DictReader(open(sys.argv[2]))}
    ours = list(csv.DictReader(open(HERE.parent.parent / "rtl/multipliers/evolved/catalog.csv")))
    names = [name for name in published if name in costs]
    power = [float(published[n]["pdk45_power"]) * (1000 if published[n]["power_unit"] == "mW" else 1) for n in names]
    area = [float(published[n]["pdk45_area_um2"]) for n in names]
    model_energy = [float(costs[n]["energy_pj_mapped"]) for n in names]
    model_area = [float(costs[n]["area_um2_mapped"]) for n in names]
    estimate = [float(costs[n]["energy_pj_estimated"]) for n in names]
    print(f"{len(names)} circuits, rank correlation with the published figures")
    print(f"  energy (mapped) with power     {rank_correlation(model_energy, power):.4f}")
    print(f"  energy (estimated) with power  {rank_correlation(estimate, power):.4f}")
    print(f"  area (mapped) with area        {rank_correlation(model_area, area):.4f}")
    plot(HERE / "cost_model.svg",
         [("EvoApprox8b", THEIRS, list(zip(power, [1000 * e for e in model_energy])))],
         "published power, uW", "model, fJ per multiplication", False, 1200, 500)

    for metric in ("mae", "wce"):
        print(f"\n| circuit | {metric.upper()} | its area | ours | ratio | ours is |\n|---|---|---|---|---|---|")
        ratios = []
        for row in sorted(costs.values(), key=lambda r: (r["signed"], float(r[metric]))):
            fitting = [o for o in ours if o["signed"] == row["signed"] and
                       float(o[metric]) <= float(row[metric]) + 1e-4 * (metric == "mae")]
            if not fitting:
                continue
            best = min(fitting, key=lambda o: float(o["area_um2_mapped"]))
            ratios.append(float(best["area_um2_mapped"]) / float(row["area_um2_mapped"]))
            print(f"| {row['name']} | {float(row[metric]):g} | {float(row['area_um2_mapped']):.0f} | "
                  f"{float(best['area_um2_mapped']):.0f} | {ratios[-1]:.2f} | {best['name']} |")
        small = sum(r <= 1 for r in ratios)
        print(f"\n{metric}: ours is at least as small at {small} of {len(ratios)} points, "
              f"ratios {min(ratios):.2f} to {max(ratios):.2f}")
    def points(rows, key=lambda row: True):
        return [(float(r["mae"]), float(r["area_um2_mapped"])) for r in rows if r["signed"] == "0" and key(r)]
    is_fault = lambda row: "objective=fault" in row["parameters"]
    plot(HERE / "evolved_area.svg",
         [("EvoApprox8b, unsigned", THEIRS, points(costs.values())),
          ("ours", OURS, points(ours, lambda r: not is_fault(r))),
          ("ours, fault-aware", FAULT, points(ours, is_fault))],
         "mean absolute error (0 at the left edge)", "area, um^2", True, 1000, 10000, 0.1)


if __name__ == "__main__":
    main()
