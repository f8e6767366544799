"""Who is in the shop and what they look like; drawn from a seeded source of chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from simulators.scene.motion import Path

Colour = tuple[int, int, int]
"""Blue, green, red; 0..255."""

SKIN: tuple[Colour, ...] = (
    (166, 188, 222),
    (150, 182, 224),
    (120, 160, 208),
    (92, 132, 184),
    (62, 92, 140),
    (44, 62, 96),
)
HAIR: tuple[Colour, ...] = (
    (18, 18, 22),
    (30, 34, 44),
    (34, 52, 78),
    (60, 96, 138),
    (96, 150, 190),
    (150, 152, 156),
    (30, 46, 110),
)
TOPS: tuple[Colour, ...] = (
    (60, 50, 42),
    (140, 66, 34),
    (52, 46, 150),
    (72, 110, 60),
    (172, 174, 178),
    (40, 120, 190),
    (120, 60, 110),
    (90, 140, 170),
    (110, 116, 118),
    (34, 34, 38),
    (160, 130, 70),
    (84, 84, 190),
)
BOTTOMS: tuple[Colour, ...] = (
    (92, 58, 36),
    (60, 44, 34),
    (36, 36, 38),
    (92, 108, 118),
    (70, 76, 70),
    (130, 110, 92),
)
SHOES: tuple[Colour, ...] = ((28, 28, 30), (60, 66, 84), (176, 178, 182), (40, 52, 90))
UNIFORM: Colour = (48, 132, 40)


class Role(StrEnum):
    """Why somebody is in the shop."""

    SHOPPER = "shopper"
    PASSER = "passer"
    CASHIER = "cashier"
    PACKER = "packer"


class Doing(StrEnum):
    """What somebody does now; who is away shops where no camera looks."""

    WALKING = "walking"
    AWAY = "away"
    DWELLING = "dwelling"
    JOINING = "joining"
    WAITING = "waiting"
    SERVED = "served"
    LEAVING = "leaving"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Look:
    """What a figure looks like.

    Attributes:
        height_m: standing height in metres.
        girth: width of the body, 1 is usual.
        hair_style: short, long, bald or cap.
        coat: a coat or skirt down to the knees.
        bag: none, shoulder, backpack or basket.
        cart: pushes a shopping cart.
    """

    height_m: float
    girth: float
    skin: Colour
    hair: Colour
    hair_style: str
    top: Colour
    bottom: Colour
    shoes: Colour
    coat: bool
    bag: str
    bag_colour: Colour
    cart: bool


def shade(colour: Colour, rng: Random, spread: int = 14) -> Colour:
    """Vary a colour a little."""
    b, g, r = (min(255, max(0, c + rng.randint(-spread, spread))) for c in colour)
    return (b, g, r)


def random_look(rng: Random, *, cart: float = 0.0, child: bool = False) -> Look:
    """Draw a shopper's look; ``cart`` is the chance that a cart is pushed."""
    low, high = (1.15, 1.4) if child else (1.5, 1.95)
    return Look(
        height_m=min(high, max(low, rng.gauss((low + high) / 2, (high - low) / 5))),
        girth=rng.uniform(0.9, 1.22),
        skin=shade(rng.choice(SKIN), rng, 8),
        hair=shade(rng.choice(HAIR), rng, 6),
        hair_style=rng.choices(("short", "long", "bald", "cap"), (5, 4, 1, 1))[0],
        top=shade(rng.choice(TOPS), rng),
        bottom=shade(rng.choice(BOTTOMS), rng),
        shoes=rng.choice(SHOES),
        coat=rng.random() < 0.25,
        bag=rng.choices(("none", "shoulder", "backpack", "basket"), (4, 2, 2, 2))[0],
        bag_colour=shade(rng.choice(TOPS), rng),
        cart=rng.random() < cart and not child,
    )


def staff_look(rng: Random) -> Look:
    """Draw the look of somebody in the shop's uniform."""
    look = random_look(rng)
    return Look(
        look.height_m,
        look.girth,
        look.skin,
        look.hair,
        look.hair_style,
        shade(UNIFORM, rng, 5),
        (48, 46, 44),
        look.shoes,
        False,
        "none",
        UNIFORM,
        False,
    )


@dataclass(slots=True, eq=False)
class Person:
    """Somebody in the shop.

    Attributes:
        person: number, unique in the scene.
        unit: number of the queue unit (a single, couple or family).
        path: where they walk or stand.
        reaching: an arm is stretched towards the shelf.
    """

    person: int
    unit: int
    role: Role
    look: Look
    path: Path
    doing: Doing = Doing.WALKING
    lane: str | None = None
    reaching: bool = False
    entered_zone_s: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Party:
    """A queue unit: people who came together and pay together.

    Attributes:
        unit: number, unique in the scene.
        members: the people; the first one pays.
        service_s: how long the checkout will take.
        patience_s: leaves a queue after waiting so long.
        tolerance: walks away from a queue with more people than this.
        gap_m: distance kept to the unit ahead.
        aside_m: where it stands in a queue, to the right of the middle of the lane.
    """

    unit: int
    members: list[Person]
    rng: Random
    speed_mps: float
    service_s: float
    patience_s: float
    tolerance: int
    gap_m: float
    aside_m: float = 0.0
    joined_s: float | None = None
    served_from_s: float | None = None

    @property
    def leader(self) -> Person:
        """The member who pays."""
        return self.members[0]

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.members)

    @property
    def depth_m(self) -> float:
        """How much of a queue they take from the first to the last of them."""
        return max(back for _, back in self.formation)

    @property
    def cart_m(self) -> float:
        """Room for a cart before the leader."""
        return 0.75 if self.leader.look.cart else 0.0

    @property
    def formation(self) -> tuple[tuple[float, float], ...]:
        """(to the side, behind) in metres of each member where they stand in a queue.

        A body takes .46 m from back to front and .61 m from shoulder to shoulder (Fruin,
        "Pedestrian planning and design", 1971), so two of a family who touch stand half a metre
        apart; the third is a child.
        """
        places = ((0.0, 0.0), (0.12, 0.54), (-0.33, 0.62))
        if self.size > 1 and self.unit % 2:
            places = ((-0.28, 0.0), (0.3, 0.08), (0.02, 0.56))
        return tuple((side + self.aside_m, back) for side, back in places[: self.size])

    def do(self, doing: Doing, lane: str | None = None) -> None:
        """Note what all of them do now."""
        for member in self.members:
            member.doing = doing
            member.lane = lane
