#!/usr/bin/env python3
"""Measures Mettle beside its peers and prints each ratio with its spread. See bench/README.md."""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from harness import machine, paths, table
from harness.compare import Line, Plan
from harness.errors import MeasurementFailed, Unavailable
from rows import ROWS


def main() -> int:
    os.environ["METTLE_NO_HISTORY"] = "1"  # Figures of benchmarks are not the user's own runs.
    args = parse(sys.argv[1:])
    if args.list:
        for name, row in ROWS.items():
            print(f"{name:16} {row.__doc__.splitlines()[0]}")
        return 0
    server, client = machine.pick_cpus()
    host = machine.describe()
    os.sched_setaffinity(0, {client})  # this program's own bookkeeping stays off the server's core
    scratch = paths.SCRATCH
    scratch.mkdir(parents=True, exist_ok=True)
    plan = Plan(args.repeats, args.seconds, server, client, scratch, lambda text: print(text, flush=True))
    print(table.machine(host, server, client), flush=True)
    print(f"{args.repeats} repeats, in turn, of {args.seconds:g} s each\n", flush=True)

    lines, begin = [], time.monotonic()
    noise = machine.Noise((server, client))
    names = args.only or [name for name, row in ROWS.items() if not getattr(row, "ONLY_WHEN_ASKED", False)]
    for i, name in enumerate(names, 1):
        print(f"[{i}/{len(names)}] {name}: {ROWS[name].__doc__.splitlines()[0]}", flush=True)
        try:
            lines += ROWS[name].run(plan)
        except (Unavailable, MeasurementFailed, OSError) as error:
            print(f"    not measured: {error}", flush=True)
            lines.append(Line(name, ROWS[name].__doc__.splitlines()[0], "", notes=[str(error)]))
    result = {
        "schema": "mettle.bench/1",
        "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "duration_s": round(time.monotonic() - begin, 1),
        "git": git_revision(),
        "host": {**host, "server_cpu": server, "client_cpu": client},
        "noise": noise.read(),
        "repeats": args.repeats,
        "seconds": args.seconds,
        "lines": [{**dataclasses.asdict(line), "met": line.met, "noisy": line.noisy} for line in lines],
    }
    write(args.json, result)
    print("\n" + table.render(lines, result["noise"]))
    print(f"\n{result['duration_s']:.0f} s; written to {os.path.relpath(args.json)}")
    return 0


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="ROW", choices=list(ROWS), help="these rows only (see --list)")
    parser.add_argument("--quick", action="store_true", help="2 repeats of 1 s: to see that it works, not to quote")
    parser.add_argument("--repeats", type=int, help="how often each contender is measured (5)")
    parser.add_argument("--seconds", type=float, help="how long each time (3)")
    parser.add_argument("--json", type=pathlib.Path, default=paths.RESULTS, metavar="FILE", help="where results go")
    parser.add_argument("--list", action="store_true", help="list the rows and stop")
    args = parser.parse_args(argv)
    args.repeats = args.repeats or (2 if args.quick else 5)
    args.seconds = args.seconds or (1.0 if args.quick else 3.0)
    if args.repeats < 1 or args.seconds < 1:
        parser.error("--repeats and --seconds are 1 or more")
    return args


def write(path: pathlib.Path, result: dict) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(result, indent=1) + "\n")
    part.replace(path)


def git_revision() -> str:
    try:
        done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=paths.ROOT, capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout.strip()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of the exits that stop the servers
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
