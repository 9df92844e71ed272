#!/usr/bin/env python3
"""configs/schema.json and the readers agree: shipped configurations pass both, broken ones neither.

Needs python3-jsonschema and python3-yaml. Usage: schema_test.py PROGRAM SOURCE_DIR
"""
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """YAML 1.2's booleans, as editors read them: `yes` is text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != 'tag:yaml.org,2002:bool']
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver('tag:yaml.org,2002:bool', re.compile('^(true|false)$'), list('tf'))

RUN = {'network': 'strokes_mlp', 'data': {'name': 'strokes', 'limit': 4},
       'accelerator': {'type': 'tpu', 'preset': '16x16'}, 'multiplier': {'netlist': 'fw8u_dadda'},
       'faults': [{'target': 'random_net', 'rate': 0.1}], 'mitigations': ['none'], 'seed': 1}
CAMPAIGN = {key: value for key, value in RUN.items() if key != 'faults'} | {
    'campaign': {'faults': {'universe': 'output_bits'}, 'sample': {'margin': 0.1}}}
MMA = {'accelerator': {'type': 'gpu_sm', 'preset': 'turing'}, 'mma': [{'warps': 1}]}

# What is changed: path, value (ABSENT removes the key).
ABSENT = object()
BROKEN = {
    'run': (RUN, [
        (['network'], ABSENT), (['data'], ABSENT), (['multiplier'], ABSENT), (['data', 'name'], 'stroks'),
        (['data', 'name'], ABSENT), (['data', 'limit'], -1), (['data', 'limit'], 'many'), (['data', 'limit'], 1.5),
        (['data', 'split'], 'tests'), (['data', 'calibration'], {'images': 0}), (['data', 'calibration'], 3),
        (['accelerator', 'rows'], 513), (['accelerator', 'rows'], 0), (['accelerator', 'row'], 4),
        (['accelerator', 'type'], 'npu'), (['accelerator', 'preset'], '17x17'), (['accelerator', 'sms'], 1),
        (['accelerator', 'preload'], 'never'), (['accelerator', 'clock_mhz'], 0),
        (['accelerator'], {'type': 'gpu_sm', 'rows': 16}), (['accelerator'], {'type': 'gpu_sm', 'sms': 145}),
        (['accelerator'], {'type': 'gpu_sm', 'kernel': {'cta': 64}}),
        (['accelerator'], {'type': 'gpu_sm', 'async_copy': 'perhaps'}),
        (['accelerator'], {'type': 'gpu_sm', 'tensor_core': {'rows': 65}}),
        (['multiplier', 'netlist'], ABSENT), (['multiplier', 'weight_port'], 'C'),
        (['multiplier', 'number_format'], 'int9'), (['multiplier', 'power_mw'], -1), (['multiplier', 'name'], 'x'),
        (['engine'], 'tables'), (['faults'], 'none'), (['faults'], [{'rate': 0.1}]), (['faults'], [{'target': 'random_net'}]),
        (['faults'], [{'target': 'random_net', 'rate': 2}]), (['faults'], [{'target': 'random_net', 'rate': 0.1, 'x': 1}]),
        (['faults'], [{'target': 'random_net', 'rate': 0.1, 'kind': 'sa2'}]), (['fault_on_exact'], 'maybe'),
        (['mitigations'], ['fapp']), (['mitigations'], ['fault_aware_mapping+fapp']), (['mitigations'], 'fap'),
        (['retune_healthy'], 'perhaps'), (['seed'], -1), (['output'], {'yaml': 'x'}), (['networks'], 'x'),
        (['variants'], []), (['variants'], [{}]), (['variants'], [{'name': 'a', 'x': 1}]),
        (['variants'], [{'name': 'a', 'output': {}}]), (['variants'], [{'name': 'a', 'accelerator': {'rows': 0}}])]),
    'campaign': (CAMPAIGN, [
        (['faults'], [{'target': 'random_net', 'rate': 0.1}]), (['campaign', 'faults', 'universe'], 'gates'), (['campaign', 'faults', 'kinds'], ['sa2']),
        (['campaign', 'faults', 'collapse'], 3), (['campaign', 'faults', 'window_cycles'], -1),
        (['campaign', 'sample', 'margin'], 0.6), (['campaign', 'sample', 'confidence'], 1),
        (['campaign', 'sample', 'strata'], 'bits'), (['campaign', 'stop'], {'check_every': 9}),
        (['campaign', 'rates'], [2]), (['campaign', 'rates'], [0]), (['campaign', 'rates'], ['half']),
        (['campaign', 'pes'], 'all'), (['campaign', 'mitigate'], 'some'), (['campaign', 'memory_mib'], 15),
        (['campaign', 'critical_points'], 101), (['campaign', 'trials'], 5)]),
    'mma': (MMA, [
        (['mma'], []), (['mma'], [{'warp': 1}]), (['mma'], [{'warps': 0}]), (['accelerator'], ABSENT),
        (['accelerator'], {'type': 'tpu', 'sms': 1}), (['network'], 'strokes_mlp')]),
}


def changed(document, path, value):
    document = copy.deepcopy(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    if value is ABSENT:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def reader_accepts(program, command, path):
    arguments = [program, command, str(path)]
    if command == 'mma':
        arguments += ['--multiplier', 'fw8u_trunc8']
    else:
        arguments.append('--dry-run')
    result = subprocess.run(arguments, capture_output=True, text=True)
    assert result.returncode in (0, 2, 3), f'{path}: exit status {result.returncode}\n{result.stderr}'
    return result.returncode == 0


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2])
    os.environ['FAULTWAVE_ROOT'] = str(source)
    schema = json.loads((source / 'configs' / 'schema.json').read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    problems = []
    files = sorted((source / 'configs').rglob('*.yaml'))
    for path in files:
        text = path.read_text()
        for error in validator.iter_errors(yaml.load(text, Loader)):
            problems.append(f'{path}: {error.json_path}: {error.message}')
        depth = len(path.relative_to(source / 'configs').parts) - 1
        line = f'# yaml-language-server: $schema={"../" * depth}schema.json'
        if line not in text.splitlines()[:1]:
            problems.append(f'{path}: the first line is not {line}')
    num_broken = 0
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / 'broken.yaml'
        for command, (document, changes) in BROKEN.items():
            assert validator.is_valid(document), f'{command}: {next(validator.iter_errors(document)).message}'
            path.write_text(yaml.safe_dump(document))
            if not reader_accepts(program, command, path):
                problems.append(f'{command}: the reader refuses what is to be broken')
            for key, value in changes:
                broken = changed(document, key, value)
                what = f'{command}: {".".join(key)} = {"absent" if value is ABSENT else value}'
                if validator.is_valid(broken):
                    problems.append(f'{what}: the schema accepts it')
                path.write_text(yaml.safe_dump(broken))
                if reader_accepts(program, command, path):
                    problems.append(f'{what}: the reader accepts it')
                num_broken += 1
    print('\n'.join(problems) or f'{len(files)} configurations are valid, {num_broken} broken ones are refused twice')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
