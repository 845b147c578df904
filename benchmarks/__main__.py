"""Measure, and print docs/performance.md's table: `make bench-quick`; `make bench` has `--long` too.

python -m benchmarks [--long] [brief] [funnel_command] [questions] [latency] [intake] [idle]
                     [surges]
"""

import argparse
import asyncio
import sys

from benchmarks import brief, funnel_command, idle, intake, latency, questions, reliability, surges
from benchmarks.figure import Figure, table

MEASUREMENTS = {
    "brief": brief.measure,
    "funnel_command": funnel_command.measure,
    "questions": questions.measure,
    "latency": latency.measure,
    "intake": intake.measure,
    "idle": idle.measure,
    "surges": surges.measure,
}


def main() -> None:
    options = _parser().parse_args()
    figures: list[Figure] = []
    for name in options.only or MEASUREMENTS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        figures += MEASUREMENTS[name]()
    print(table(figures))
    if options.long:
        sys.exit(not asyncio.run(_reliable()))


async def _reliable() -> bool:
    """Whether the reliability proof holds in its long form."""
    well = True
    async for name, proof in reliability.long_form():
        print(f"{name}: {'holds' if proof.holds else 'DOES NOT HOLD'}: {proof}", flush=True)
        well = well and proof.holds
    return well


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed and size, as ratios.")
    parser.add_argument("only", nargs="*", metavar="MEASUREMENT", help="which ones; all if none is named")
    parser.add_argument("--long", action="store_true", help="the reliability proof's long form too")
    return parser


if __name__ == "__main__":
    main()
