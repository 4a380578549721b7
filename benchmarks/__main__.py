"""``make bench``: every benchmark, in order. Each prints ratios measured within its own run."""

import importlib

BENCHMARKS = ("parse", "profiles", "sweep", "history", "pairs")


def main() -> None:
    """Run them all."""
    for name in BENCHMARKS:
        importlib.import_module(f"benchmarks.{name}").run()


if __name__ == "__main__":
    main()
