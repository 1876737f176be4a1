"""Write what pip resolved (`pip install --dry-run --report`) as exact versions: REPORT CONSTRAINTS.

The comment lines at the head of CONSTRAINTS stay.
"""

import json
import sys
from pathlib import Path


def main() -> None:
    report, target = Path(sys.argv[1]), Path(sys.argv[2])
    chosen = [item["metadata"] for item in json.loads(report.read_text(encoding="utf-8"))["install"]]
    lines = sorted(
        (f"{package['name']}=={package['version']}" for package in chosen if package["name"] != "digitrig"),
        key=str.lower,
    )
    head = [line for line in target.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    target.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    print(f"{target}: {len(lines)} packages")


if __name__ == "__main__":
    main()
