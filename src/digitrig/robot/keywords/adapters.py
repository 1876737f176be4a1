"""Firmware that is not ours, spoken to as its adapter file says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from robot.api import logger
from robot.api.deco import keyword

from digitrig.errors import CheckFailed
from digitrig.robot.component import Component


class AdapterKeywords(Component):
    """Keywords about applications of others; they open a board of their own."""

    @keyword
    def digit_by_adapter(self, board: str, elf: str, adapter: str, image: Any) -> int:
        """Runs one image through an application and returns the digit that it answers.

        ``elf`` is its firmware file, ``adapter`` a ``.yaml`` file or the name of one that comes with digitrig
        (``an13438``, ``console``); ``image`` is a source such as ``ink:7``, or a 28x28 array.
        """
        from digitrig.engines.choice import choose_engine
        from digitrig.evaluation.adapted_board import AdaptedBoard
        from digitrig.evaluation.adapter import load_adapter
        from digitrig.evaluation.jobs import Wish, foreign_job
        from digitrig.robot.keywords.digits import as_image

        wish = Wish(elf=Path(elf), adapter=load_adapter(adapter))
        opened = AdaptedBoard(foreign_job(board, wish, choose_engine(self.rig.engine), one_answer=True))
        try:
            return opened.start().predict(as_image(image)).digit
        finally:
            opened.close()

    @keyword
    def answers_by_adapter_should_match_reference(
        self, board: str, elf: str, adapter: str, *, model: str = "an13438", dataset: str = "ink", limit: int = 25
    ) -> float | None:
        """Runs images of a data set through an application and fails if an answer differs from the host reference.

        ``elf`` and ``adapter`` as for `Digit By Adapter`; ``model`` names the model that the application is said to
        run. Returns the part of the images that were recognised.
        """
        from digitrig.evaluation import evaluate
        from digitrig.evaluation.adapter import load_adapter

        (result,) = evaluate(
            [board],
            model=model,
            dataset=dataset,
            limit=limit,
            engine=self.rig.engine,
            elf=Path(elf),
            adapter=load_adapter(adapter),
            workers=0,
        )
        if result.failures:
            first = result.failures[0]
            raise CheckFailed(f"{len(result.failures)} of {result.images} images without an answer: {first.text}")
        if result.mismatches:
            one = result.first_mismatches[0]
            raise CheckFailed(
                f"{result.mismatches} of {result.images} images differ from {result.reference}: image {one.image}, "
                f"{one.element}: expected {one.expected}, found {one.found}"
            )
        logger.info(f"{result.images} images equal {result.reference}")
        return result.accuracy
