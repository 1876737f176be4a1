"""Write docs/report: every board of a model on the 10,000 MNIST test images, with `digitrig eval`.

    python scripts/report.py [MODEL...] [-- OPTIONS OF EVAL]

Without a model: an13438. Pages of other models stay; README.md is made from the tables of all that are there.
"""

import csv
import subprocess
import sys
from pathlib import Path

from digitrig.codegen.models import load_model

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "report"
IMAGES = 10_000
PAGE = """# Reports

Every board of a model on the 10,000 test images of MNIST, each answer compared with the reference in every byte. Made
by `scripts/report.py`, which runs `digitrig eval`; nothing here is written by hand. Images per second are those of one
core of the machine that made the page, the images written into memory; all else is the same on every machine.

| board | model | images | accuracy | mismatches | failures | cycles (median) | flash | RAM | images/s per core |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def main() -> None:
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    for model in words[:cut] or ["an13438"]:
        boards = load_model(model).boards
        page = FOLDER / f"{model}.html"
        command = [sys.executable, "-m", "digitrig", "eval", *boards, "--model", model, "--dataset", "mnist"]
        command += ["--limit", str(IMAGES), "--run", f"report-{model}", "--report", str(page), *words[cut + 1 :]]
        status = subprocess.run(command, check=False).returncode
        if status:
            sys.exit(status)
    rows, pages = [], []
    for path in sorted(FOLDER.glob("*.csv")):
        pages.append(f"[{path.stem}]({path.stem}.html)")
        with path.open(newline="", encoding="utf-8") as stream:
            rows += [row_of(row) for row in csv.DictReader(stream)]
    text = PAGE + "\n".join(rows) + f"\n\nPages with everything: {', '.join(pages)}.\n"
    (FOLDER / "README.md").write_text(text, encoding="utf-8")


def row_of(row: dict[str, str]) -> str:
    cells = [row["board"], row["model"], f"{int(row['images']):,}", f"{float(row['accuracy']):.2%}"]
    cells += [row["mismatches"], row["failures"], number(row["cycles_median"])]
    cells += [number(row["flash_bytes"]), number(row["ram_bytes"]), number(row["images_per_second_per_core"])]
    return f"| {' | '.join(cells)} |"


def number(text: str) -> str:
    return f"{float(text):,.0f}" if text else "-"


if __name__ == "__main__":
    main()
