#!/usr/bin/env python3
"""Installs a build into a temporary folder, moves it, and uses it without the source tree: the program, the
CMake package (examples/faulty_array), the results (examples/analysis.py).

Usage: installed_test.py BUILD_DIR SOURCE_DIR [CXX_FLAGS]
"""
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from installation import Installation, check_own_program

CAMPAIGN = """\
network: strokes_mlp
data: {name: strokes, limit: 200}
accelerator: {type: tpu, preset: 16x16}
multiplier: {netlist: fw8u_trunc6, number_format: affine_u8}
mitigations: [none, bias_recalibration]
seed: 7
campaign:
  faults: {universe: output_bits}
  sample: {count: 20}
"""


def check_data(installed, source):
    """What the program finds is what lies in the installation."""
    installed.faultwave('version')
    assert 'configs/quickstart.yaml' in installed.faultwave('list', 'configs')
    names = installed.faultwave('list', 'multipliers', '--names').split()
    shipped = {path.stem for path in (source / 'rtl' / 'multipliers').rglob('*.v')}
    assert shipped <= set(names), shipped - set(names)
    networks = installed.faultwave('list', 'models', '--names').split()
    assert {path.stem for path in (source / 'models').glob('*.onnx')} == set(networks), networks
    installed.faultwave('init', '--campaign', '--out', 'started.yaml')
    started = (installed.work / 'started.yaml').read_text()
    assert str(installed.data / 'configs' / 'schema.json') in started, started
    # Nothing is there to be copied, but the place is the one where the program looks.
    installed.run(installed.data / 'scripts' / 'fetch_data.sh', 'mnist', '--from', installed.work, status=1)
    assert (installed.work / 'home' / '.local' / 'share' / 'faultwave').is_dir()
    advice = installed.faultwave('list', 'datasets')
    assert f'{installed.data}/scripts/fetch_data.sh mnist' in advice, advice


def check_run(installed):
    """The quickstart by name and as the list spells it, and a slip."""
    for name in ['quickstart', 'configs/quickstart.yaml']:
        installed.faultwave('run', name, '--limit', '40', '--json', 'run.json')
        result = json.loads((installed.work / 'run.json').read_text())
        runs = {run['name']: run for run in result['runs']}
        assert runs['approximate']['accuracy'] > 0.8, runs
        assert runs['fault']['accuracy'] < runs['fault + fal_retune_offset']['accuracy'], runs
    slip = installed.faultwave('run', 'quikstart', status=3)
    assert "did you mean 'quickstart'?" in slip, slip


def check_manuals(installed, program_commands):
    manuals = installed.prefix / 'share' / 'man' / 'man1'
    for name in ['faultwave'] + [f'faultwave-{command}' for command in program_commands]:
        assert '.SH NAME' in (manuals / f'{name}.1').read_text(), name
    installed.run('bash', '-n', installed.prefix / 'share' / 'bash-completion' / 'completions' / 'faultwave')
    assert list((installed.prefix / 'share' / 'zsh').rglob('_faultwave')), 'no completion for zsh'


def check_campaign(installed):
    """A small campaign; analysis.py agrees with `faultwave query`, whose statistics are code of its own."""
    installed.write('campaign.yaml', CAMPAIGN)
    installed.faultwave('campaign', 'campaign.yaml', '--out', 'results.sqlite', '--verify', '1')
    analysis = installed.prefix / 'share' / 'doc' / 'faultwave' / 'examples' / 'analysis.py'
    printed = installed.run('/usr/bin/python3', analysis, 'results.sqlite', '--out', 'tables')
    assert printed.startswith('20 trials, mitigations: bias_recalibration, none'), printed

    by_bit = query(installed, '--by', 'bit', '--mitigation', 'none')
    rows = read_csv(installed.work / 'tables' / 'loss_by_bit.csv')
    assert len(rows) == len(by_bit) > 1, (rows, by_bit)
    for row, group in zip(rows, by_bit):
        assert int(row['bit']) == int(group['bit']), (row, group)
        for column, figure in [('trials', 'trials'), ('loss_points', 'loss_points'),
                               ('max_loss', 'max_loss_points'), ('critical_frac', 'critical_frac'),
                               ('critical_low', 'critical_lower_frac'),
                               ('critical_high', 'critical_upper_frac')]:
            assert abs(float(row[column]) - float(group[figure])) < 1e-9, (column, row, group)
        assert float(row['loss_low']) <= float(row['loss_points']) <= float(row['loss_high']), row

    by_fault = query(installed, '--by', 'fault', '--members', '--mitigation', 'none', '--sort', 'loss')
    worst = read_csv(installed.work / 'tables' / 'worst_nets.csv')
    losses = [float(group['loss_points']) for group in by_fault
              if group['fault'].rpartition('.')[0] == worst[0]['net']]
    assert abs(float(worst[0]['mean_loss']) - sum(losses) / len(losses)) < 1e-9, (worst[0], losses)

    pivot = read_csv(installed.work / 'tables' / 'loss_pivot.csv')
    for mitigation in ['none', 'bias_recalibration']:
        groups = query(installed, '--by', 'bit', '--mitigation', mitigation)
        for row, group in zip(pivot, groups):
            assert abs(float(row[mitigation]) - float(group['loss_points'])) < 1e-9, (row, group)
    wrong = installed.run('/usr/bin/python3', analysis, 'campaign.yaml', status=1)
    assert 'no results of a campaign' in wrong and 'Traceback' not in wrong, wrong

    if (installed.data / 'charts').is_dir():
        installed.faultwave('report', 'results.sqlite', '--out', 'report.html')
        assert 'Observable' in (installed.work / 'report.html').read_text()
    else:
        print('no charting library was there to be installed: reports not tried')


def query(installed, *arguments):
    """Groups of `faultwave query`, those with a bit in its order."""
    installed.faultwave('query', 'results.sqlite', *arguments, '--format', 'csv', '--out', 'query.csv')
    rows = read_csv(installed.work / 'query.csv')
    return [row for row in rows if row.get('bit', '-') != '']


def read_csv(path):
    with open(path, newline='') as file:
        return list(csv.DictReader(file))


def check_example(installed, cxx_flags):
    """The example builds against the package alone, and shows what the fault does."""
    build = installed.work / 'example'
    example = installed.prefix / 'share' / 'doc' / 'faultwave' / 'examples' / 'faulty_array'
    installed.run('cmake', '-S', example, '-B', build, f'-DCMAKE_PREFIX_PATH={installed.prefix}',
                  f'-DCMAKE_CXX_FLAGS={cxx_flags}', '-DCMAKE_BUILD_TYPE=Release')
    installed.run('cmake', '--build', build)
    for fault, forced in [('pe[2][1].mult.O[12].sa1', lambda right: right | 1 << 12),
                          ('pe[0][3].mult.O[9].inv', lambda right: right ^ 1 << 9)]:
        printed = installed.run(build / 'faulty_array', 'fw8u_trunc6', fault, 'wrong.csv')
        assert 'all as computed from the netlist' in printed, printed
        wrong = read_csv(installed.work / 'wrong.csv')
        for row in wrong:
            assert int(row['product']) == forced(int(row['fault_free'])) != int(row['fault_free']), row
        # Every other product has the bit already: the six lowest columns are left out, none is above.
        right = [forced(truncated(a, b)) != truncated(a, b) for a in range(256) for b in range(256)]
        assert len(wrong) == sum(right), (len(wrong), sum(right))
    printed = installed.run(build / 'faulty_array', 'fw8u_dadda', 'pe[1][1].activation[7].sa1')
    # Its own PE and the two to the right, everything but weight 0.
    assert re.search(r'^ +0 +32640 +32640 +32640$', printed, re.M), printed
    slip = installed.run(build / 'faulty_array', 'fw8u_dada', status=3)
    assert "did you mean 'fw8u_dadda'?" in slip, slip


def truncated(a, b):
    """Product without the partial products of the six lowest columns."""
    return sum((a >> i & 1) * (b >> j & 1) << i + j for i in range(8) for j in range(8) if i + j >= 6)


def check_versions(installed):
    """Another minor version is refused."""
    project = installed.work / 'versions'
    project.mkdir()
    for version, found in [('0.1', True), ('0.2', False), ('0.0.9', False), ('1', False)]:
        (project / 'CMakeLists.txt').write_text(
            f'cmake_minimum_required(VERSION 3.25)\nproject(versions LANGUAGES CXX)\n'
            f'find_package(faultwave {version} QUIET)\nmessage(STATUS "found: ${{faultwave_FOUND}}.")\n')
        printed = installed.run('cmake', '-S', project, '-B', project / 'build',
                                f'-DCMAKE_PREFIX_PATH={installed.prefix}')
        assert f'found: {1 if found else 0}.' in printed, (version, printed)


def main():
    build, source = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    cxx_flags = sys.argv[3] if len(sys.argv) > 3 else ''
    with tempfile.TemporaryDirectory(prefix='faultwave-installed-') as folder:
        # Installed, then moved: nothing may remember the first place.
        first, prefix = pathlib.Path(folder, 'first'), pathlib.Path(folder, 'moved')
        subprocess.run(['cmake', '--install', build, '--prefix', first], check=True, stdout=subprocess.DEVNULL)
        first.rename(prefix)
        for file in (prefix / 'lib').rglob('*.cmake'):
            assert str(source) not in file.read_text() and str(first) not in file.read_text(), file
        installed = Installation(prefix, pathlib.Path(folder, 'work'))
        check_own_program(installed)
        check_data(installed, source)
        check_manuals(installed, ['run', 'campaign', 'netlist-info', 'report'])
        check_run(installed)
        check_campaign(installed)
        check_example(installed, cxx_flags)
        check_versions(installed)


if __name__ == '__main__':
    main()
