#!/usr/bin/python3
"""scripts/fetch_data.sh against a local HTTP server in the place of the homes of the data."""

import gzip
import hashlib
import io
import os
import pathlib
import random
import signal
import subprocess
import tarfile
import tempfile
import time
import unittest

from home_server import HomeServer

TREE = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = TREE / "scripts" / "fetch_data.sh"
IDX_FILES = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
             "t10k-labels-idx1-ubyte"]
BATCHES = [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]
ARCHIVE = "cifar-10-binary.tar.gz"
SETS = ["mnist", "fashion-mnist", "cifar10", "evoapprox8b"]
REPOSITORY, COMMIT = "someone/circuits", "0123abc"
CIRCUITS = [("mults/one/mul8u_X.v", b"module mul8u_X; endmodule\n"), ("mults/two/mul8u_X.v", b"// other\n"),
            ("mults/one/mul8u_Y_pdk45.v", b"module mul8u_Y; endmodule\n")]


def random_bytes(seed, count):
    return random.Random(seed).randbytes(count)


def sha(content):
    return hashlib.sha256(content).hexdigest()


def archive_of(batches):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in batches.items():
            entry = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


class FetchData(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.to = self.folder / "data"
        self.plain = {}  # content of a target by its path, unpacked
        self.make_data()
        self.server = HomeServer(self.served)
        self.addCleanup(self.server.stop)

    def make_data(self):
        """Small files of random bytes under the real names, and their manifests."""
        self.served = {}
        manifest = ""
        for name in SETS[:2]:
            for number, file in enumerate(IDX_FILES):
                content = random_bytes(f"{name}{number}", 20_000 + number)
                self.plain[f"datasets/{name}/{file}"] = content
                self.served[f"{name}/{file}.gz"] = gzip.compress(content)
        batches = {name: random_bytes(name, 30_000) for name in BATCHES}
        self.served[f"cifar10/{ARCHIVE}"] = archive_of(batches)
        self.plain.update({f"datasets/cifar10/{name}": content for name, content in batches.items()})
        for path, content in self.plain.items():
            manifest += f"{sha(content)}  {path.removeprefix('datasets/')}\n"
        circuits = "repository,commit,path,bytes,sha256\n"
        for path, content in CIRCUITS:
            circuits += f"{REPOSITORY},{COMMIT},{path},{len(content)},{sha(content)}\n"
            self.served[f"{REPOSITORY}/{COMMIT}/{path}"] = content
        for path, content in (CIRCUITS[0], CIRCUITS[2]):  # the first of each name
            self.plain[f"evoapprox8b/verilog/{path.split('/')[-1]}"] = content
        self.manifests = self.folder / "manifests"
        self.manifests.mkdir()
        (self.manifests / "datasets.sha256").write_text(manifest)
        (self.manifests / "evoapprox8b.csv").write_text(circuits)

    def environment(self, *ways):
        """`ways`: how each mirror in turn serves."""
        urls = {name: " ".join(f"{self.server.url(way)}/{name}/{{path}}" for way in ways)
                for name in SETS[:3]}
        circuits = " ".join(f"{self.server.url(way)}/{{repository}}/{{commit}}/{{path}}" for way in ways)
        environment = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
        return {**environment, "FAULTWAVE_FETCH_MANIFESTS": str(self.manifests),
                "FAULTWAVE_MNIST_URLS": urls["mnist"], "FAULTWAVE_FASHION_MNIST_URLS": urls["fashion-mnist"],
                "FAULTWAVE_CIFAR10_URLS": urls["cifar10"], "FAULTWAVE_EVOAPPROX8B_URLS": circuits,
                "FAULTWAVE_FETCH_ATTEMPTS": "2", "FAULTWAVE_FETCH_PAUSE_SECONDS": "0",
                "FAULTWAVE_FETCH_STALL_SECONDS": "1"}

    def fetch(self, *arguments, ways=("good",)):
        return subprocess.run([SCRIPT, *arguments, "--to", self.to], env=self.environment(*ways),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=110)

    def expect_complete(self, *sets):
        """Every file of the sets is right, and there is nothing else."""
        wanted = {path for path in self.plain if any(f"/{name}/" in f"/{path}" for name in sets)}
        found = set()
        for path in self.to.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                name = str(path.relative_to(self.to))
                self.assertEqual(gzip.decompress(content) if name.endswith(".gz") else content,
                                 self.plain[name.removesuffix(".gz")], name)
                found.add(name.removesuffix(".gz"))
        self.assertEqual(found, wanted)
        self.assertFalse((self.to / "partial").exists())

    def expect_nothing_in_place(self):
        """No file outside the folder of interrupted transfers."""
        self.assertEqual([path for path in self.to.rglob("*")
                          if path.is_file() and "partial" not in path.relative_to(self.to).parts], [])

    def test_all_sets_arrive_and_a_second_run_asks_for_nothing(self):
        for arguments in [("all",), ("all",), ()]:
            run = self.fetch(*arguments)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.expect_complete(*SETS)
        self.assertEqual(len(self.server.requests), 4 + 4 + 1 + 2)

    def test_one_set_leaves_the_others_alone(self):
        for count, name in enumerate(SETS, 1):
            run = self.fetch(name)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.expect_complete(*SETS[:count])

    def test_a_mirror_stands_in_for_a_home_that_fails(self):
        for way in ["missing", "truncated", "corrupted", "dropped", "rangeless", "stalled"]:
            with self.subTest(way):
                self.to = self.folder / way
                run = self.fetch("all", ways=(way, "good"))
                self.assertEqual(run.returncode, 0, run.stderr)
                self.expect_complete(*SETS)
                self.assertIn("good", {request[0] for request in self.server.requests})

    def test_wrong_files_are_an_error_and_leave_nothing_behind(self):
        for way in ["missing", "truncated", "corrupted"]:
            for name in SETS:
                with self.subTest(f"{way} {name}"):
                    run = self.fetch(name, ways=(way,))
                    self.assertEqual(run.returncode, 1, run.stderr)
                    self.assertIn(f"{name}: ", run.stderr)
                    self.assertIn("fix: ", run.stderr)
                    self.assertEqual([path for path in self.to.rglob("*") if path.is_file()], [])

    def test_an_interrupted_transfer_goes_on_where_it_ended(self):
        for name in ["mnist", "cifar10"]:
            run = self.fetch(name, ways=("dropped",))
            self.assertEqual(run.returncode, 0, run.stderr)
        self.expect_complete("mnist", "cifar10")
        for path, content in self.served.items():
            if path.startswith(("mnist/", "cifar10/")):
                starts = [start for _, name, start in self.server.requests if name == path]
                self.assertEqual(starts, [0, len(content) // 2], path)

    def test_a_server_that_cannot_go_on_is_asked_from_the_start(self):
        environment_ways = ("rangeless", "rangeless", "rangeless")
        run = self.fetch("mnist", "cifar10", ways=environment_ways)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.expect_complete("mnist", "cifar10")

    def test_a_stalled_transfer_is_given_up(self):
        run = self.fetch("mnist", ways=("stalled",))  # raises when it waits for the server
        self.assertEqual(run.returncode, 1, run.stderr)
        self.expect_nothing_in_place()

    def test_killed_at_any_moment_it_leaves_no_half_file_and_the_next_run_goes_on(self):
        for name in ["mnist", "cifar10"]:
            process = subprocess.Popen([SCRIPT, name, "--to", self.to], env={
                **self.environment("stalled"), "FAULTWAVE_FETCH_STALL_SECONDS": "60"},
                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            self.server.wait_for_request("stalled")
            time.sleep(0.5)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self.expect_nothing_in_place()
            self.server.requests.clear()
            run = self.fetch(name)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertTrue(any(start > 0 for _, _, start in self.server.requests), self.server.requests)
            self.expect_complete(name)
            self.to = self.folder / "other"

    def test_a_damaged_file_in_place_is_replaced(self):
        self.assertEqual(self.fetch("all").returncode, 0)
        damaged = ["datasets/mnist/t10k-labels-idx1-ubyte.gz", "datasets/cifar10/test_batch.bin",
                   "evoapprox8b/verilog/mul8u_X.v"]
        for name in damaged:
            path = self.to / name
            path.write_bytes(path.read_bytes()[:-1])
        run = self.fetch("all")
        self.assertEqual(run.returncode, 0, run.stderr)
        for name in damaged:
            self.assertIn(name, run.stderr)
        self.expect_complete(*SETS)

    def test_a_second_one_at_the_same_time_is_refused(self):
        process = subprocess.Popen([SCRIPT, "mnist", "--to", self.to], env={
            **self.environment("stalled"), "FAULTWAVE_FETCH_STALL_SECONDS": "60"},
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.server.wait_for_request("stalled")
        run = self.fetch("mnist")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.assertEqual(run.returncode, 1)
        self.assertIn("another fetch_data.sh", run.stderr)

    def write_downloads(self, folder):
        """Files as they are downloaded, and clones of the circuits' repository."""
        for name, content in self.served.items():
            name = name.replace(f"{REPOSITORY}/{COMMIT}", REPOSITORY.split("/")[1])
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)

    def test_from_takes_downloads_or_another_data_folder_without_a_network(self):
        downloads = self.folder / "downloads"
        self.write_downloads(downloads)
        source = downloads
        for number in range(2):
            self.to = self.folder / f"copy{number}"
            run = self.fetch("all", "--from", source)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.expect_complete(*SETS)
            source = self.to
        self.assertEqual(self.server.requests, [])

    def test_from_takes_only_what_is_right(self):
        for way in ["truncated", "corrupted", "missing"]:
            with self.subTest(way):
                source = self.folder / way
                self.write_downloads(source)
                for path in [path for path in source.rglob("*") if path.is_file()]:
                    content = bytearray(path.read_bytes())
                    content[len(content) // 2] ^= 1
                    path.write_bytes(content if way == "corrupted" else content[:-10])
                    if way == "missing":
                        path.unlink()
                for name in SETS:
                    run = self.fetch(name, "--from", source)
                    self.assertEqual(run.returncode, 1, run.stderr)
                    self.assertIn("fix: ", run.stderr)
                self.expect_nothing_in_place()
                self.assertFalse((self.to / "partial").exists())

    def test_a_wrong_command_line_is_a_usage_error(self):
        for arguments in [["imagenet"], ["mnist", "--from"], ["--from", self.folder / "nowhere"]]:
            run = subprocess.run([SCRIPT, *arguments], env=self.environment("good"), capture_output=True,
                                 text=True, cwd=self.folder)
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertTrue(run.stderr)
        self.assertEqual(self.server.requests, [])


class Manifests(unittest.TestCase):
    """The manifests of the tree."""

    def test_every_file_has_a_checksum(self):
        lines = (TREE / "scripts/manifests/datasets.sha256").read_text().split("\n")[:-1]
        names = [line.split("  ")[1] for line in lines]
        wanted = [f"{name}/{file}" for name in SETS[:2] for file in IDX_FILES]
        self.assertEqual(sorted(names), sorted(wanted + [f"cifar10/{name}" for name in BATCHES]))
        circuits = (TREE / "scripts/manifests/evoapprox8b.csv").read_text().split("\n")[1:-1]
        self.assertGreater(len(circuits), 1000)
        for checksum in [line[:64] for line in lines] + [line.split(",")[4] for line in circuits]:
            self.assertRegex(checksum, "^[0-9a-f]{64}$")

    def test_the_official_files_of_mnist_match(self):
        """Needs MNIST in FAULTWAVE_DATA."""
        source = pathlib.Path(os.environ.get("FAULTWAVE_DATA", TREE.parent / "shared"))
        if not (source / "datasets" / "mnist").is_dir():
            self.skipTest(f"no MNIST in {source}")
        with tempfile.TemporaryDirectory() as to:
            run = subprocess.run([SCRIPT, "mnist", "--from", source, "--to", to], capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stderr)


if __name__ == "__main__":
    unittest.main()
