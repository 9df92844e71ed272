#!/usr/bin/python3
"""scripts/paper.py: its statistics against closed forms, its tables against a campaign, its configurations."""

import math
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from statistics import median

import numpy

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TREE / "scripts"), str(TREE / "scripts" / "lib")]
import loss_statistics  # noqa: E402
import paper  # noqa: E402
import paper_document  # noqa: E402
import paper_tables as tables  # noqa: E402

PROGRAM = os.environ["FAULTWAVE_PROGRAM"]
CAMPAIGN = """network: strokes_mlp
data: {name: strokes, limit: 60, calibration: {images: 20}}
accelerator: {type: tpu, rows: 8, cols: 4}
mitigations: [none, fal_retune, bias_recalibration]
variants:
  - {name: one, multiplier: {netlist: fw8u_trunc6, number_format: affine_u8}}
  - {name: two, multiplier: {netlist: fw8u_dadda, number_format: affine_u8}}
seed: 3
campaign:
  faults: {universe: output_bits}
  rates: [0.3]
  same_fault: true
  trials_per_rate: 10
  mitigate: critical
"""


class Statistics(unittest.TestCase):
    def test_wilson_of_nothing_and_everything_has_its_closed_form(self):
        z = 1.959963984540054
        self.assertAlmostEqual(loss_statistics.wilson(0, 10)[1], z * z / (10 + z * z))
        low, high = loss_statistics.wilson(10, 10)
        self.assertAlmostEqual(low, 10 / (10 + z * z))
        self.assertEqual(high, 1)

    def test_ties_share_their_mean_rank(self):
        self.assertEqual(list(loss_statistics.ranks([5, 1, 5, 7])), [2.5, 1, 2.5, 4])

    def test_rank_correlation_without_ties_is_one_minus_six_squares(self):
        ys = [3, 1, 4, 2, 5]
        squares = sum((x - y) ** 2 for x, y in zip(range(1, 6), ys))
        self.assertAlmostEqual(loss_statistics.rank_correlation([2, 3, 5, 8, 13], ys), 1 - 6 * squares / (5 * 24))

    def test_rank_correlation_of_a_constant_is_not_a_number(self):
        self.assertTrue(math.isnan(loss_statistics.rank_correlation([1, 2], [2, 2])))

    def test_wilcoxon_without_ties_has_its_normal_approximation(self):
        # Positive ranks 1, 3, 4, 5 of 5: W = 13, mean 7.5, variance 5 * 6 * 11 / 24.
        z = (13 - 7.5) / math.sqrt(5 * 6 * 11 / 24)
        self.assertAlmostEqual(loss_statistics.wilcoxon(numpy.array([0.1, -0.2, 0.3, 0.4, 0.5])),
                               math.erfc(z / math.sqrt(2)))

    def test_bootstrap_repeats_itself_and_covers_a_normal_interval(self):
        halves = numpy.arange(100) % 2
        resampled = loss_statistics.bootstrap(numpy.mean, halves, count=2000)
        self.assertTrue((resampled == loss_statistics.bootstrap(numpy.mean, halves, count=2000)).all())
        low, high = loss_statistics.interval(resampled)
        self.assertAlmostEqual(low, 0.402, delta=0.03)
        self.assertAlmostEqual(high, 0.598, delta=0.03)


    def test_bootstrap_of_clusters_draws_their_rows_together(self):
        values = numpy.repeat(numpy.arange(10), 5)
        one_each = loss_statistics.bootstrap(numpy.mean, numpy.arange(10), count=500)
        together = loss_statistics.bootstrap(numpy.mean, values, count=500, clusters=values)
        self.assertTrue(numpy.allclose(one_each, together))
        alone = loss_statistics.bootstrap(numpy.mean, values, count=500)
        self.assertLess(alone.std(), 0.6 * together.std())


class Tables(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "small.yaml").write_text(CAMPAIGN)
        self.results = self.folder / "small.sqlite"
        subprocess.run([PROGRAM, "campaign", self.folder / "small.yaml", "--out", self.results, "--verify", "0"],
                       check=True, capture_output=True)

    def test_won_back_is_that_of_the_critical_trials(self):
        database = sqlite3.connect(self.results)
        pairs = database.execute(
            """SELECT 100.0 * (golden_correct - a.correct) / images, 100.0 * (golden_correct - b.correct) / images
               FROM trial JOIN cell USING (cell) JOIN result a USING (trial) JOIN result b USING (trial)
               WHERE multiplier = 'fw8u_trunc6' AND a.mitigation = 'none' AND b.mitigation = 'bias_recalibration'
            """).fetchall()
        database.close()
        self.assertGreater(len(pairs), 1)
        self.assertTrue(all(without > 1 for without, _ in pairs))
        rows = tables.won_back_table(tables.grouped([self.results], ("network", "multiplier")))
        row, = [row for row in rows
                if row["multiplier"] == "fw8u_trunc6" and row["mitigation"] == "bias_recalibration"]
        self.assertEqual((row["trials"], row["critical"]), (10, len(pairs)))
        expected = 1 - sum(b for _, b in pairs) / sum(a for a, _ in pairs)
        self.assertAlmostEqual(row["won_back_frac"], expected)
        self.assertLessEqual(row["lower_frac"], expected)
        self.assertGreaterEqual(row["upper_frac"], expected)
        self.assertLessEqual(row["clusters"], row["critical"])
        self.assertAlmostEqual(row["median_won_back_frac"], median(1 - b / a for a, b in pairs))
        self.assertAlmostEqual(row["goal_reached_frac"],
                               sum(1 for a, b in pairs if b <= 0.2 * a + 1e-9) / len(pairs))
        together = [row for row in rows if row["network"] == "all" and row["mitigation"] == "fal_retune"]
        self.assertEqual([row["trials"] for row in together], [20])

    def test_losses_are_those_of_query(self):
        rows = tables.loss_table(PROGRAM, [self.results], "cell")
        self.assertEqual([row["cell"] for row in rows], ["one", "two"])
        database = sqlite3.connect(self.results)
        loss, = database.execute(f"""SELECT avg({tables.LOSS}) FROM trial JOIN cell USING (cell)
            JOIN result USING (trial) WHERE mitigation = 'none' AND cell.name = 'one'""").fetchone()
        database.close()
        self.assertAlmostEqual(rows[0]["loss_points"], loss)

    def test_energy_table_has_a_line_per_multiplier(self):
        rows = tables.energy_table([self.results])
        self.assertEqual({row["multiplier"] for row in rows}, {"fw8u_trunc6", "fw8u_dadda"})
        for row in tables.correlation_table(rows):
            self.assertIn(row["multipliers"], (1, 2))


class OutputBits(unittest.TestCase):
    def test_pairs_have_the_same_bit_and_pe(self):
        """A truncated multiplier has constant low bits: stuck at 0 they lose nothing, at 1 they do what they do."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        config = pathlib.Path(folder.name) / "bits.yaml"
        config.write_text(CAMPAIGN.split("campaign:", maxsplit=1)[0].replace("none, fal_retune, bias_recalibration", "none") +
                          "campaign:\n  faults: {universe: output_bits, collapse: false}\n"
                          "  pes: ['pe[0][1]', 'pe[5][3]']\n")
        results = config.with_suffix(".sqlite")
        subprocess.run([PROGRAM, "campaign", config, "--out", results, "--verify", "0"], check=True, capture_output=True)
        losses = tables.output_losses(PROGRAM, results)
        truncated, = [cell for names, cell in losses.items() if names[2] == "fw8u_trunc6"]
        exact, = [cell for names, cell in losses.items() if names[2] == "fw8u_dadda"]
        places = {(bit, kind, pe) for bit in range(16) for kind in ("sa0", "sa1") for pe in ("pe[0][1]", "pe[5][3]")}
        self.assertEqual(set(exact), places)
        self.assertEqual(set(truncated), places)
        constant = [loss for (bit, kind, _), loss in truncated.items() if kind == "sa0" and bit < 6]
        self.assertEqual(constant, [0] * 12)
        tables.EXACT["affine_u8"] = "fw8u_dadda"
        self.addCleanup(tables.EXACT.update, {"affine_u8": "mul8u_1JFF"})
        row, = tables.pair_table(PROGRAM, [results])
        differences = {place: truncated[place] - exact[place] for place in places}
        self.assertEqual(row["pairs"], 64)
        self.assertAlmostEqual(row["worse_frac"], sum(value > 1 for value in differences.values()) / 64)
        self.assertAlmostEqual(row["largest_loss_points"] - row["largest_exact_loss_points"], max(differences.values()))


class Document(unittest.TestCase):
    def test_tables_are_those_of_the_csv_files(self):
        text = paper.DOCUMENT.read_text()
        self.assertEqual(len(paper_document.TABLES), text.count("<!-- table "))
        self.assertEqual(paper_document.with_tables(text, paper.DOCUMENT.with_suffix("")), text)


class Configurations(unittest.TestCase):
    def test_every_step_is_accepted(self):
        for experiment in paper.EXPERIMENTS.values():
            for step in experiment.steps:
                network, overrides = next(step.runs(True))
                command = [PROGRAM, "campaign" if step.is_campaign else "run",
                           TREE / "configs" / "paper" / f"{step.config}.yaml", "--dry-run"]
                command += [part for override in overrides for part in ("--set", override)]
                if step.is_campaign:
                    command += ["--out", "unused.sqlite"]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if "FAULTWAVE_DATA" in done.stderr:
                    self.skipTest(done.stderr)
                self.assertEqual(done.returncode, 0, f"{step.config} {network}: {done.stderr}")


if __name__ == "__main__":
    unittest.main()
