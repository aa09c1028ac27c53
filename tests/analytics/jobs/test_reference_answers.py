"""The datasets of the reference, imported like any file, give its answers to the digit."""

import csv
import datetime as dt
import gzip
import io
import json
import lzma
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from customers.models import CustomerScore
from tests.reference_data import reference_file

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = ("order_number", "customer_id", "ordered_on", "total")


def import_orders(path: Path, rows: Any) -> dict[str, Any]:
    """Write the rows to a file and import it from the command line."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows(rows)
    return command("import_file", "orders", str(path), "--json")


def command(*args: str) -> dict[str, Any]:
    """Run a command and read the JSON it prints."""
    out = io.StringIO()
    call_command(*args, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def cdnow_rows() -> Any:
    """Yield the purchases of the sample, a row an order."""
    with gzip.open(reference_file("cdnow/CDNOW_sample.txt.gz"), "rt") as lines:
        for number, line in enumerate(lines, 1):
            _, customer, day, _, dollars = line.split()
            yield number, customer, f"{day[:4]}-{day[4:6]}-{day[6:]}", dollars


def online_retail_rows() -> Any:
    """Yield the invoices of the pre-filtered file: customer known, no credit, quantity and price above 0."""
    invoices: dict[str, list[Any]] = {}
    with lzma.open(reference_file("online-retail/online_retail.csv.xz"), "rt", newline="") as lines:
        for line in csv.DictReader(lines):
            quantity, price = int(line["Quantity"]), Decimal(line["UnitPrice"])
            number, customer = line["InvoiceNo"], line["CustomerID"]
            if not customer or number.startswith("C") or quantity <= 0 or price <= 0:
                continue
            found = invoices.setdefault(number, [customer, line["InvoiceDate"], Decimal(0)])
            found[1] = min(found[1], line["InvoiceDate"])
            found[2] += quantity * price
    for number, (customer, moment, total) in invoices.items():
        yield number, customer, moment, total


def test_cdnow_gives_the_papers_parameters_and_the_hold_out(tmp_path: Path) -> None:
    assert import_orders(tmp_path / "orders.csv", cdnow_rows())["created"] == 6919
    report = command("run_job", "clv", "--param", "until=1997-09-30", "--param", "unit=week", "--json")
    assert report["state"] == "succeeded"
    result = report["result"]
    model, spend, holdout = result["bgnbd"], result["gammagamma"], result["holdout"]
    assert (result["customers"], result["repeaters"]) == (2357, 946)
    assert [round(model[name], 4) for name in ("r", "alpha", "a", "b")] == [0.2426, 4.4136, 0.7929, 2.4259]
    assert round(model["loglik"], 3) == -9582.429
    assert [round(spend[name], 2) for name in ("p", "q", "v")] == [6.25, 3.74, 15.44]
    assert round(spend["loglik"], 2) == -4055.92
    assert (holdout["actual"], round(holdout["forecast"])) == (1882, 1653)
    assert [round(holdout[name], 4) for name in ("mae", "same_mae", "mean_mae")] == [0.7855, 0.8973, 1.1335]
    assert "backtest" not in result
    assert_values_are_written()


def assert_values_are_written() -> None:
    """Check that every customer has a value inside its interval, in a tier."""
    valued = CustomerScore.objects.filter(clv_on=dt.date(1997, 9, 30))
    assert valued.count() == 2357
    assert not valued.filter(tier="").exists()
    one = valued.exclude(p_alive=1).order_by("-clv")[0]
    assert one.clv_low is not None
    assert one.clv_high is not None
    assert one.clv_low <= one.clv <= one.clv_high


def test_online_retail_gives_the_references_scores_and_segments(tmp_path: Path) -> None:
    assert import_orders(tmp_path / "orders.csv", online_retail_rows())["created"] == 18_532
    report = command("run_job", "rfm", "--param", "at=2011-12-10", "--json")
    result = report["result"]
    assert result["customers"] == 4338
    assert result["scores"] == {
        "r": [869, 889, 866, 888, 826],
        "f": [1493, 835, 508, 802, 700],
        "m": [868, 868, 867, 868, 867],
    }
    assert result["segments"] == {
        "Hibernating": 1349, "Loyal": 708, "Champion": 577, "About to sleep": 475, "Potential loyalist": 474,
        "At risk": 372, "Promising": 167, "Need attention": 116, "New": 63, "Can't lose": 37,
    }  # fmt: skip
    assert (result["cells"]["555"], result["cells"]["111"]) == (314, 334)
    assert round(result["top_fifth_revenue_percent"], 2) == 74.62
