"""What a camera's view should look like, and what a picture has lost of it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from edge_agent.perception.view import View, sample, sharpness, thumbnail
from hardware.interfaces import Image

_LEARN_PICTURES = 8
_CLEAR_RESPONSE = 0.2
"""Response of the phase correlation from which a shift is believed; chance stays below .1."""


@dataclass(frozen=True, slots=True)
class ViewLimits:
    """When a view has lost too much.

    Attributes:
        blurred_ratio: sharpness below so much of the reference's.
        blurred_below: sharpness, where no reference is known.
        agreement: share of the structured tiles that must look as in the reference.
        shift: a view shifted by more of its width has moved.
        structure_ratio: with less structure than so much of the reference's, the lens is covered
            rather than turned.
    """

    blurred_ratio: float = 0.5
    blurred_below: float = 0.33
    agreement: float = 0.45
    shift: float = 0.02
    structure_ratio: float = 0.5


@dataclass(frozen=True, slots=True)
class Losses:
    """What is wrong with a view, each as one line, empty where nothing is."""

    covered: str = ""
    blurred: str = ""
    moved: str = ""

    @property
    def none(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.covered or self.blurred or self.moved)


class ReferenceView:
    """Compares pictures with the view as it was commissioned.

    Without a commissioning picture the first good pictures are averaged: people in them fade, the
    place stays.

    Args:
        picture: the commissioning picture, (H, W, 3) BGR.
        limits: when too much is lost.
    """

    def __init__(self, picture: Image | None = None, limits: ViewLimits | None = None) -> None:
        self._limits = limits or ViewLimits()
        self._view: View | None = None
        self._sharpness: list[float] = []
        self._learned = 0
        if picture is not None:
            self._learn(picture, View.of(thumbnail(sample(picture))))
            self._learned = _LEARN_PICTURES

    def compare(self, image: Image, view: View) -> Losses:
        """Say what a picture has lost, and learn from it while there is no full reference yet.

        Args:
            image: (H, W, 3) BGR.
            view: its edges.
        """
        losses = Losses(blurred=self._blurred(image), **self._turned(view))
        if losses.none and self._learned < _LEARN_PICTURES:
            self._learn(image, view)
        return losses

    def _learn(self, image: Image, view: View) -> None:
        self._learned += 1
        known = self._view
        self._view = view if known is None else known.blended(view, 1.0 / self._learned)
        sharp = sharpness(image)
        if sharp is not None:
            self._sharpness.append(sharp)

    def _blurred(self, image: Image) -> str:
        sharp = sharpness(image)
        if sharp is None:
            return ""
        floor = self._limits.blurred_below
        if self._sharpness:
            floor = max(floor, median(self._sharpness) * self._limits.blurred_ratio)
        return f"edges are blurred: sharpness {sharp:.2f}, expected {floor:.2f}" * (sharp < floor)

    def _turned(self, view: View) -> dict[str, str]:
        before = self._view
        agreement = before.agreement(view) if before is not None else None
        if before is None or agreement is None:
            return {}
        if agreement < self._limits.agreement:
            seen = f"{agreement:.0%} of the view looks as it did"
            if view.structure < self._limits.structure_ratio * before.structure:
                return {"covered": f"{seen}, and most of it shows nothing"}
            return {"moved": seen}
        shift = before.shift(view)
        if shift is None:
            return {}
        dx, dy, response = shift
        if max(abs(dx), abs(dy)) > self._limits.shift and response > _CLEAR_RESPONSE:
            return {"moved": f"the view is shifted by {dx:+.1%}, {dy:+.1%} of its width"}
        return {}
