"""Measure a trained model with the reference kernels, write its card and put it into the manifest.

    DIGITRIG_MNIST=... python models/train/publish.py rtthread build/train/rtthread

Reads model.tflite, history.json and float_answers.json of a training run; writes models/<name>.tflite,
models/<name>/card.md, card.json, curves.png and confusion.png, and the model's entry in models/manifest.json. Needs
matplotlib, not TensorFlow. What a reader has to know beside the figures stands in facts.py.
"""

from __future__ import annotations

import argparse
import json
import shutil
import textwrap
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from facts import FACTS

from digitrig.codegen import describe, generate
from digitrig.codegen.flatbuffer import read_graph
from digitrig.digits import load_dataset
from digitrig.reference import Reference

matplotlib.use("Agg")
import matplotlib.pyplot as plt

MODELS = Path(__file__).resolve().parent.parent

# How the pixels of a 28x28 image become the model's input; the rules are in src/digitrig/digits/preprocess.py.
INPUTS = {
    "scale": "the int8 input is the pixel minus 128",
    "halve": "the int8 input is the pixel shifted right by one",
    "binarise": "the int8 input is 127 where the pixel is above 0 (any ink) and -128 elsewhere",
    "resize96": "row and column d of the 96x96 picture are row and column d * 28 / 96, rounded down, of the image, "
    "and the int8 input is the pixel minus 128",
}


def measure(path: Path, rule_name: str, float_answers: list[int]) -> dict[str, Any]:
    """Accuracies and confusion on the 10,000 MNIST test images; ties go to the first highest score."""
    data = load_dataset("mnist", "test")
    labels = np.asarray(data.labels)
    reference = Reference(path, rule_name)
    scores = reference.scores_many(data.images)
    found, best = np.argmax(scores, axis=1), np.sort(scores, axis=1)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, found), 1)
    return {
        "reference": reference.name,
        "images": len(labels),
        "int8_accuracy": float(np.mean(found == labels)),
        "float_accuracy": float(np.mean(np.array(float_answers) == labels)),
        "confusion": confusion.tolist(),
        "ties": int(np.sum(best[:, -1] == best[:, -2])),
    }


def plot_curves(history: dict[str, Any], path: Path) -> None:
    """Loss and accuracy over the epochs."""
    curves = history["curves"]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), dpi=100)
    epochs = range(1, len(curves["loss"]) + 1)
    for axis, name, label in ((left, "loss", "cross-entropy"), (right, "accuracy", "accuracy")):
        axis.plot(epochs, curves[name], label="training, augmented", color="tab:orange")
        axis.plot(epochs, curves[f"val_{name}"], label="validation, averaged weights", color="tab:blue")
        axis.set_xlabel("epoch")
        axis.set_ylabel(label)
        axis.grid(alpha=0.3)
        axis.legend()
    left.set_ylim(0, 0.4)
    right.set_ylim(0.9, 1.0)
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


def plot_confusion(confusion: list[list[int]], path: Path) -> None:
    """True digit by found digit; the colour shows mistakes only."""
    counts = np.array(confusion)
    wrong = counts * (1 - np.eye(10, dtype=int))
    figure, axis = plt.subplots(figsize=(6, 5.5), dpi=100)
    axis.imshow(wrong, cmap="Oranges")
    for (row, column), count in np.ndenumerate(counts):
        axis.text(column, row, str(count) if count else "", ha="center", va="center", fontsize=9)
    axis.set_xticks(range(10))
    axis.set_yticks(range(10))
    axis.set_xlabel("found")
    axis.set_ylabel("true")
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


def table(confusion: list[list[int]]) -> str:
    """Confusion matrix in Markdown, with the share of each digit that was found."""
    lines = ["| true \\ found | " + " | ".join(map(str, range(10))) + " | found |", "|" + "---:|" * 12]
    for digit, row in enumerate(confusion):
        cells = [f"**{n}**" if digit == i else str(n) if n else "" for i, n in enumerate(row)]
        lines.append(f"| {digit} | " + " | ".join(cells) + f" | {100 * row[digit] / sum(row):.1f} % |")
    return "\n".join(lines)


def command(card: dict[str, Any]) -> str:
    """The command line that trains the model again."""
    options = " ".join(
        f"--{key.replace('_', '-')} {' '.join(map(str, value)) if isinstance(value, list) else value}"
        for key, value in card["training"]["recipe"].items()
    )
    return f"python models/train/train_{card['name']}.py --out build/train/{card['name']} {options}"


def wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 120, break_on_hyphens=False, break_long_words=False)


def card_text(card: dict[str, Any]) -> str:
    """The card for people."""
    training, memory, source = card["training"], card["bundle"], card["input"]
    facts = FACTS[card["name"]]
    tried = ", ".join(f"{run['seed']}: {100 * run['validation_int8']:.2f} %" for run in training["runs"])
    published = f" ({100 * facts.published[0]:.2f} %: {facts.published[1]})" if facts.published else ""
    ends = (
        f"Image 28x28, 0 is background and 255 is ink; {INPUTS[card['preprocess']]} (scale {source['scale']:.10g}, "
        f"zero point {source['zero_point']}). The ten int8 scores have scale 1/256 and zero point -128; of equal "
        f"scores the first counts ({card['ties']} of the test images have two highest scores)."
    )
    choice = ", on which this recipe chooses among its seeds" if len(training["runs"]) > 1 else ""
    made = (
        f"The last 5,000 of the 60,000 training images are the validation set{choice}; int8 accuracy on it by seed: "
        f"{tried}. {facts.training} Made with TensorFlow {training['tensorflow']}, "
        f"Keras {training['keras']} on {training['machine']}; the same versions, seed and thread count on the same "
        "kind of processor give the same file."
    )
    return f"""# {card["name"]}

{card["title"][0].upper()}{card["title"][1:]}, trained on MNIST and fully quantised to int8.

| | |
|---|---|
| file | `{card["file"]}`, {card["file_bytes"]} bytes |
| sha256 | `{card["sha256"]}` |
| parameters | {card["parameters"]:,} |
| multiplications | {memory["macs"]:,} |
| accuracy, int8 | **{100 * card["int8_accuracy"]:.2f} %** of {card["images"]:,} MNIST test images{published} |
| accuracy, float | {100 * card["float_accuracy"]:.2f} % |
| measured with | {card["reference"]} |
| bundle | {memory["constant_bytes"]} bytes of constants, {memory["arena_bytes"]} bytes of arena |
| preprocessing | `{card["preprocess"]}` |
| boards | {", ".join(facts.boards)} |

## Input and output

{wrapped(ends)}

## Graph

```
{card["graph"]}
```

## Confusion

{table(card["confusion"])}

![confusion](confusion.png)

## Training

![curves](curves.png)

`{command(card)}`

{wrapped(made)}
"""


def manifest_entry(card: dict[str, Any]) -> dict[str, Any]:
    """What the package needs to know."""
    return {
        "name": card["name"],
        "title": card["title"],
        "file": card["file"],
        "sha256": card["sha256"],
        "parameters": card["parameters"],
        "accuracy": card["int8_accuracy"],
        "published_accuracy": card["published_accuracy"],
        "preprocess": card["preprocess"],
        "input_shape": card["input"]["shape"],
        "input_scale": card["input"]["scale"],
        "input_zero_point": card["input"]["zero_point"],
        "boards": list(FACTS[card["name"]].boards),
    }


def update_manifest(entry: dict[str, Any], path: Path) -> None:
    """Replace or add an entry; the others stay as they are, and so does what is not measured (`no_room`)."""
    content = json.loads(path.read_text()) if path.exists() else {"schema_version": 1, "models": []}
    entry = {**next((model for model in content["models"] if model["name"] == entry["name"]), {}), **entry}
    others = [model for model in content["models"] if model["name"] != entry["name"]]
    content["models"] = sorted([*others, entry], key=lambda model: str(model["name"]))
    path.write_text(json.dumps(content, indent=2) + "\n")


def make_card(name: str, run: Path, history: dict[str, Any]) -> dict[str, Any]:
    """Everything that is known of a model whose file is in its place."""
    path = MODELS / f"{name}.tflite"
    graph = read_graph(path)
    bundle = generate(path, run / "bundle", name=name)
    facts, source, target = FACTS[name], graph.inputs[0], graph.outputs[0]
    answers = json.loads((run / "float_answers.json").read_text())
    return {
        "name": name,
        "title": facts.title,
        "file": path.name,
        "file_bytes": path.stat().st_size,
        "sha256": graph.sha256,
        "parameters": graph.parameters,
        "preprocess": history["preprocess"],
        "input": {"shape": list(source.shape), "scale": float(source.scale), "zero_point": source.zero_point},
        "output": {"scale": float(target.scale), "zero_point": target.zero_point},
        "published_accuracy": facts.published[0] if facts.published else None,
        **measure(path, history["preprocess"], answers),
        "bundle": {
            "constant_bytes": bundle.constant_bytes,
            "arena_bytes": bundle.arena_bytes,
            "macs": bundle.macs,
        },
        "graph": describe(path),
        "training": {key: value for key, value in history.items() if key != "curves"},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=sorted(FACTS))
    parser.add_argument("run", type=Path, help="folder that a recipe wrote")
    options = parser.parse_args()
    name, folder = options.name, MODELS / options.name
    folder.mkdir(exist_ok=True)
    shutil.copyfile(options.run / "model.tflite", MODELS / f"{name}.tflite")
    history = json.loads((options.run / "history.json").read_text())
    card = make_card(name, options.run, history)
    plot_curves(history, folder / "curves.png")
    plot_confusion(card["confusion"], folder / "confusion.png")
    (folder / "card.md").write_text(card_text(card))
    (folder / "card.json").write_text(json.dumps({"schema_version": 1, **card}, indent=1) + "\n")
    update_manifest(manifest_entry(card), MODELS / "manifest.json")
    print(f"{name}: int8 {card['int8_accuracy']:.4f}, float {card['float_accuracy']:.4f}, sha256 {card['sha256']}")


if __name__ == "__main__":
    main()
