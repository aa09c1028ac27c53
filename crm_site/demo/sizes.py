"""How large a demo company can be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Targets of one size: customers exactly, the rest on average."""

    code: str
    customers: int
    orders_each: float
    answers_each: float

    @property
    def is_large(self) -> bool:
        """Tell whether building indexes afterwards pays."""
        return self.customers >= 10_000


SIZES = {
    size.code: size
    for size in (
        Size("S", customers=400, orders_each=6.0, answers_each=2.0),
        Size("M", customers=50_000, orders_each=5.0, answers_each=0.5),
        Size("L", customers=1_000_000, orders_each=5.0, answers_each=0.5),
    )
}
