"""Write docs/table.md and docs/table.png from `digitrig table`; arguments are passed on, as in `--limit 1000`."""

import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = """# The table

Our firmware on the emulated boards beside the figures that NXP's application note AN13438 publishes for the boards
themselves. Made by `scripts/table.py`, which runs `digitrig table`; nothing here is written by hand. Cycles are an
estimate of the timing model; bytes are exact. Cycles of each layer: `digitrig run BOARD --image ink:7 --layers`. The
figures that a change may not make worse stand in `budgets/baseline.json` ([guide](guide.md)).

![Flash, RAM and inference time of every board, ours against published](table.png)

"""


def main() -> None:
    command = [sys.executable, "-m", "digitrig", "table", "--markdown", "--plot", str(DOCS / "table.png")]
    done = subprocess.run([*command, *sys.argv[1:]], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    (DOCS / "table.md").write_text(PAGE + done.stdout, encoding="utf-8")


if __name__ == "__main__":
    main()
