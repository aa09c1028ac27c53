"""Writing a block of drawn orders into the tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crm_site.lib.text import search_text
from crm_site.numbering.sequences import format_number, reserve_block
from customers.models import Activity
from customers.services.timeline import ACTIVITY_COLUMNS, activity_row
from sales.choices import OrderKind, OrderStatus, PaymentMethod
from sales.demo.documents import Block
from sales.demo.money import CURRENCIES, RATE_UNIT, currency_of, written
from sales.models import Order, OrderLine, Payment
from sales.services.ordering import PREFIXES

if TYPE_CHECKING:
    from decimal import Decimal

    from crm_site.demo.writing import DemoWriter

Array = np.ndarray[Any, Any]

ORDER_COLUMNS = (
    "number", "kind", "status", "customer_id", "credited_order_id", "ordered_at", "currency", "exchange_rate",
    "total", "base_total", "paid_total", "channel", "note", "search_text", "owner_id", "team_id", "version",
    "created_at", "updated_at",
)  # fmt: skip
LINE_COLUMNS = ("order_id", "position", "product_id", "description", "quantity", "unit_price")
PAYMENT_COLUMNS = ("order_id", "amount", "paid_at", "method", "reference")
CHANNELS = ("Web shop", "Web shop", "Phone", "Field sales", "Marketplace")
CHINESE_CHANNELS = ("WeChat", "WeChat", "Web shop", "Field sales", "Marketplace")
METHODS = (PaymentMethod.TRANSFER, PaymentMethod.TRANSFER, PaymentMethod.CARD)
CHINESE_METHODS = (PaymentMethod.TRANSFER, PaymentMethod.WECHAT, PaymentMethod.ALIPAY)
WALK_IN_METHODS = (PaymentMethod.CASH, PaymentMethod.CARD, PaymentMethod.CARD)


class Buyers:
    """What sales needs to know of all demo customers, as arrays, so that a million fit."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self.kinds: list[str] = []

    def extend(self, rows: list[tuple[Any, ...]]) -> None:
        """Add rows of key, owner, team, country, kind, whether a member, seconds since the start, and name."""
        self._rows.extend(
            (key, owner, team, currency_of(country), at, name) for key, owner, team, country, _k, _m, at, name in rows
        )
        self.kinds.extend(
            "organisation" if kind == "organisation" else "member" if member else "consumer"
            for _key, _owner, _team, _country, kind, member, *_rest in rows
        )

    def freeze(self) -> None:
        """Turn the rows into arrays."""
        self.key = np.array([row[0] for row in self._rows], dtype=np.int64)
        self.owner = [row[1] for row in self._rows]
        self.team = [row[2] for row in self._rows]
        self.currency = np.array([row[3] for row in self._rows], dtype=np.int64)
        self.joined = np.array([row[4] for row in self._rows], dtype=float)
        self.name = [row[5] for row in self._rows]
        self._rows = []

    def __len__(self) -> int:
        return len(self.key)


@dataclass
class Tables:
    """The rows of one block, ready to be copied."""

    keys: range
    orders: list[tuple[Any, ...]]
    lines: list[tuple[Any, ...]]
    payments: list[tuple[Any, ...]]
    entries: list[tuple[Any, ...]]


class BlockTables:
    """Makes the rows of one block; numbers and keys follow the dates. Plain data, so that a helper can do it."""

    def __init__(
        self, writer: DemoWriter, block: Block, buyers: Buyers, products: list[tuple[int, str, Decimal]], luck: Array
    ) -> None:
        self.start, self.end = writer.start, writer.end
        self.block = block
        self.products = products
        self.luck = luck.tolist()
        self.keys = writer.keys(Order, len(block))
        self.first = reserve_block("sales_order_number", len(block)) if len(block) else 0
        who = block.customer.tolist()
        self.customers = [None if at < 0 else int(buyers.key[at]) for at in who]
        self.owners = [(buyers.owner[at], buyers.team[at]) if at >= 0 else (None, None) for at in who]
        self.names = ["" if at < 0 else buyers.name[at] for at in who]

    def make(self) -> Tables:
        """Make all rows."""
        block = self.block
        self.by_date = np.argsort(block.seconds, kind="stable")
        self.place = np.empty(len(block), dtype=np.int64)
        self.place[self.by_date] = np.arange(len(block))
        self.moments: list[dt.datetime] = [self.moment(at) for at in block.seconds.tolist()]
        self.kinds = [OrderKind.CREDIT if original >= 0 else OrderKind.ORDER for original in block.credits.tolist()]
        self.numbers = [
            format_number(PREFIXES[kind], at.year, self.first + place)
            for kind, at, place in zip(self.kinds, self.moments, self.place.tolist(), strict=True)
        ]
        return Tables(self.keys, self.orders(), self.lines(), self.payments(), self.entries())

    def moment(self, seconds: float) -> dt.datetime:
        """Return the moment so many seconds after the start."""
        return self.start + dt.timedelta(seconds=int(seconds))

    def key_of(self, at: int) -> int:
        """Return the key of the document at a place of the block."""
        return int(self.keys[int(self.place[at])])

    def currency(self, at: int) -> str:
        """Return the currency of the document at a place of the block."""
        return CURRENCIES[int(self.block.currency[at])]

    def orders(self) -> list[tuple[Any, ...]]:
        """Return the rows of documents by date."""
        return [self._order(at) for at in self.by_date.tolist()]

    def _order(self, at: int) -> tuple[Any, ...]:
        block, customer = self.block, self.customers[at]
        owner, team = self.owners[at]
        original = int(block.credits[at])
        number, moment, currency = self.numbers[at], self.moments[at], self.currency(at)
        channels = CHINESE_CHANNELS if currency == "CNY" else CHANNELS
        return (
            number, self.kinds[at].value, block.status[at], customer,
            self.key_of(original) if original >= 0 else None, moment, currency,
            written(int(block.rate[at]), RATE_UNIT), written(int(block.total[at])), written(int(block.base[at])),
            written(int(block.paid[at])), channels[self.luck[at]] if customer is not None else "Shop", "",
            search_text([number, self.names[at]]), owner, team, 1, moment, moment,
        )  # fmt: skip

    def lines(self) -> list[tuple[Any, ...]]:
        """Return the rows of positions."""
        lines = self.block.lines
        columns = (lines.order, lines.position, lines.product, lines.quantity, lines.price)
        return [
            (
                self.key_of(order),
                position,
                self.products[product][0],
                self.products[product][1],
                quantity,
                written(price),
            )
            for order, position, product, quantity, price in zip(*(one.tolist() for one in columns), strict=True)
        ]

    def payments(self) -> list[tuple[Any, ...]]:
        """Return the rows of payments and refunds."""
        return [
            (self.key_of(at), written(amount), self.moment(paid_at), self._method(at), "")
            for at, amount, paid_at in self._paid()
        ]

    def _paid(self) -> list[tuple[int, int, int]]:
        amounts, moments = self.block.paid.tolist(), self.block.paid_at.tolist()
        return [
            (at, amount, moment) for at, (amount, moment) in enumerate(zip(amounts, moments, strict=True)) if amount
        ]

    def _method(self, at: int) -> str:
        if self.customers[at] is None:
            return WALK_IN_METHODS[self.luck[at] % 3].value
        methods = CHINESE_METHODS if self.currency(at) == "CNY" else METHODS
        return methods[self.luck[at] % 3].value

    def entries(self) -> list[tuple[Any, ...]]:
        """Return the timeline entries, as the handlers of the events write them."""
        found = []
        for at, customer in enumerate(self.customers):
            if customer is None:
                continue
            verb = "order.credited" if self.kinds[at] is OrderKind.CREDIT else "order.placed"
            found.append(self._entry(at, customer, verb, self.moments[at], int(self.block.total[at])))
            if self.block.status[at] == OrderStatus.CANCELLED.value:
                later = self.moment(min(int(self.block.seconds[at]) + 7200, self._end))
                found.append(self._entry(at, customer, "order.cancelled", later, int(self.block.total[at])))
        for at, amount, paid_at in self._paid():
            payer = self.customers[at]
            if payer is not None:
                found.append(self._entry(at, payer, "payment.received", self.moment(paid_at), amount))
        return found

    def _entry(self, at: int, customer: int, verb: str, moment: dt.datetime, amount: int) -> tuple[Any, ...]:
        data = {"number": self.numbers[at], "total": written(amount), "currency": self.currency(at)}
        return activity_row(customer, verb, moment, subject=("order", self.key_of(at)), data=data)

    @property
    def _end(self) -> int:
        return int((self.end - self.start).total_seconds()) - 1


def make_tables(tables: BlockTables) -> Tables:
    """Make the rows of a block, here or in a helper."""
    return tables.make()


def write_tables(writer: DemoWriter, tables: Tables, kept: None) -> None:
    """Write documents, positions, payments and timeline entries of one block."""
    writer.copy(Order, ORDER_COLUMNS, tables.orders, tables.keys)
    writer.copy(OrderLine, LINE_COLUMNS, tables.lines)
    writer.copy(Payment, PAYMENT_COLUMNS, tables.payments)
    writer.copy(Activity, ACTIVITY_COLUMNS.split(", "), tables.entries)
