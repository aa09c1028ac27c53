"""Lists of orders, products and payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Avg, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists import (
    Action,
    Block,
    Board,
    BooleanFilter,
    BulkField,
    Calendar,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    NumberRangeFilter,
    OwnerFilter,
    Tab,
    TeamFilter,
    TextFilter,
    Total,
)
from customers.lists.within import OF_BRANCH
from sales.choices import OrderKind, OrderStatus, PaymentMethod
from sales.forms import OrderForm, ProductForm
from sales.models import Order, Payment, Product
from sales.services import change_orders, change_products

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LANES = 15
NEW_ORDER = Action(label=_("New order"), icon="plus", url_name="sales:order-create", primary=True, shortcut="c")
NEW_PRODUCT = Action(label=_("New product"), icon="plus", url_name="sales:product-create", primary=True, shortcut="c")
IMPORT = Action(
    label=_("Import"),
    icon="upload",
    url_name="imports:import-create",
    allowed=lambda user: user.access.can_import("sales"),
)


def categories() -> list[tuple[str, StrOrPromise]]:
    """Return the categories in use, none first, as lanes of a board."""
    known = Product.objects.order_by("category").values_list("category", flat=True).distinct()[:LANES]
    return [(name, name or _("None")) for name in known]


class OrderList(ListPage[Order]):
    """Orders and credits, latest first."""

    code = "orders"
    title = _("Orders")
    noun = ngettext_lazy("document", "documents")
    model = Order
    module = "sales"
    url_name = "sales:order-list"
    icon = "shopping-cart"
    columns = (
        Column(name="number", label=_("Number"), kind="title", context="get_kind_display"),
        Column(name="customer", label=_("Customer"), path="customer_label", phone="detail"),
        Column(name="status", label=_("Status"), path="get_status_display"),
        Column(name="date", label=_("Date"), kind="date", path="ordered_at", sort="ordered_at", phone="side"),
        Column(name="total", label=_("Total"), kind="money", currency="currency", phone="value"),
        Column(name="base_total", label=_("In base currency"), kind="money", sort="base_total", wide=True),
        Column(name="paid", label=_("Paid"), kind="money", path="paid_total", currency="currency"),
        Column(name="owner", label=_("Owner"), kind="person", head=False, edit="owner"),
        Column(name="channel", label=_("Channel"), shown=False, edit="channel"),
        Column(
            name="open", label=_("Still to pay"), kind="money", path="open_amount", currency="currency", shown=False
        ),
        Column(name="created", label=_("Created"), kind="moment", path="created_at", shown=False),
    )
    filters = (
        OwnerFilter(),
        TeamFilter(hidden=True),
        ChoiceFilter(name="kind", label=_("Kind"), choices=OrderKind.choices),
        ChoiceFilter(name="status", label=_("Status"), choices=OrderStatus.choices, several=True),
        DateRangeFilter(name="date", label=_("Date"), path="ordered_at", moments=True, organisational=True),
        NumberRangeFilter(name="total", label=_("Total"), path="base_total", kind="money"),
        BooleanFilter(name="walk_in", label=_("Walk-in sale"), path="customer__isnull"),
        TextFilter(name="channel", label=_("Channel")),
        NumberRangeFilter(name="customer", label=_("Customer"), path="customer_id", hidden=True),
        OF_BRANCH,
    )
    default_sort = "-date"
    select_related = ("owner", "customer")
    totals = (
        Total(name="total", label=_("in all"), aggregate=Sum("base_total")),
        Total(name="mean", label=_("each"), aggregate=Avg("base_total"), column="total"),
    )
    field_url_name = "sales:order-field"
    form_class = OrderForm
    deletable = True
    board = Board(
        group="status", columns=OrderStatus.choices, value="total", move="status", card=("customer", "total", "owner")
    )
    calendar = Calendar(date="date", value="total")
    bulk_fields = (
        BulkField(
            name="owner",
            label=_("Owner"),
            apply=lambda rows, value, actor: change_orders(rows, {"owner": value}, actor),
            place="assign",
            verb=_("Assign"),
            icon="user-share",
        ),
        BulkField(
            name="status",
            label=_("Status"),
            apply=lambda rows, value, actor: change_orders(rows, {"status": value}, actor),
            blocks=(
                Block(reason=_("cancelled, and stay so"), condition=lambda value: Q(status=OrderStatus.CANCELLED)),
            ),
        ),
        BulkField(
            name="channel",
            label=_("Channel"),
            apply=lambda rows, value, actor: change_orders(rows, {"channel": value}, actor),
        ),
    )
    tabs = (
        Tab(code="all", label=_("All"), params={}),
        Tab(code="mine", label=_("My orders"), params={"owner": "me"}),
        Tab(code="credits", label=_("Credits"), params={"kind": "credit"}),
    )
    actions = (IMPORT, NEW_ORDER)
    empty_text = _("Orders and credits will stand here. Enter one, or import a file of them.")
    empty_action = NEW_ORDER
    search_hint = _("Number or customer")

    def tone(self, record: Order) -> str:
        """Mute what counts nowhere."""
        return "row-muted" if record.is_cancelled else ""


class ProductList(ListPage[Product]):
    """The catalogue."""

    code = "products"
    title = _("Products")
    noun = ngettext_lazy("product", "products")
    model = Product
    module = "sales"
    url_name = "sales:product-list"
    icon = "package"
    columns = (
        Column(name="name", label=_("Name"), kind="title", context="sku", sort="sort_key"),
        Column(name="category", label=_("Category"), phone="detail", edit="category"),
        Column(
            name="unit_price",
            label=_("Unit price"),
            kind="money",
            currency="currency",
            sort="unit_price",
            phone="value",
            edit="unit_price",
        ),
        Column(name="is_active", label=_("Can be sold"), kind="yes_no", edit="is_active"),
        Column(name="changed", label=_("Changed"), kind="moment", path="updated_at", shown=False),
    )
    field_url_name = "sales:product-field"
    form_class = ProductForm
    deletable = True
    board = Board(group="category", columns=categories, move="category", card=("unit_price",))
    bulk_fields = (
        BulkField(
            name="category",
            label=_("Category"),
            apply=lambda rows, value, actor: change_products(rows, {"category": value}, actor),
        ),
        BulkField(
            name="is_active",
            label=_("Can be sold"),
            apply=lambda rows, value, actor: change_products(rows, {"is_active": value}, actor),
        ),
    )
    filters = (
        BooleanFilter(name="active", label=_("Can be sold"), path="is_active"),
        TextFilter(name="category", label=_("Category")),
        NumberRangeFilter(name="price", label=_("Unit price"), path="unit_price", kind="money"),
    )
    default_sort = "name"
    actions = (IMPORT, NEW_PRODUCT)
    empty_text = _("What you sell will stand here.")
    empty_action = NEW_PRODUCT
    search_hint = _("Name or code")


class PaymentList(ListPage[Payment]):
    """Money that came in."""

    code = "payments"
    title = _("Payments")
    noun = ngettext_lazy("payment", "payments")
    model = Payment
    module = "sales"
    url_name = "sales:payment-list"
    icon = "cash"
    search_column = "order__search_text"
    columns = (
        Column(name="order", label=_("Order"), kind="title", path="order.number", context="order.customer_label"),
        Column(name="method", label=_("Method"), path="get_method_display", phone="detail"),
        Column(name="date", label=_("Date"), kind="date", path="paid_at", sort="paid_at", phone="side"),
        Column(name="amount", label=_("Amount"), kind="money", currency="order.currency", phone="value"),
        Column(name="reference", label=_("Reference")),
    )
    filters = (
        ChoiceFilter(name="method", label=_("Method"), choices=PaymentMethod.choices, several=True),
        DateRangeFilter(name="date", label=_("Date"), path="paid_at", moments=True),
    )
    default_sort = "-date"
    select_related = ("order", "order__customer")
    empty_text = _("Payments are recorded on the page of their order.")
    search_hint = _("Order number or customer")

    def record_url(self, record: Payment) -> str:
        """Lead to the payment's order."""
        return record.order.get_absolute_url()


order_list = OrderList()
product_list = ProductList()
payment_list = PaymentList()
