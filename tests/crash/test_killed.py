"""Killed workers, an emptied Valkey, a restarted PostgreSQL: nothing is lost, nothing is there twice, work finishes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.crash.conftest import Site

ORDERS, LINES = 8000, 3


def order_lines(path: Path, prefix: str) -> int:
    """Write a file of order lines and return how many there are."""
    rows = ["order_number,product_code,description,quantity,unit_price,ordered_on,customer_id"]
    for order in range(ORDERS):
        day = f"2026-{1 + order % 9:02d}-{1 + order % 28:02d}"
        rows += [
            f"{prefix}{order},P{(order + line) % 300},Thing,{line + 1},2.5000,{day},{prefix}C{order % 700}"
            for line in range(LINES)
        ]
    path.write_text("\n".join(rows))
    return len(rows) - 1


def start_import(site: Site, path: Path, *, wake: bool = True) -> int:
    """Start an import as the page does, and return its run."""
    return int(
        site.do(
            "from pathlib import Path\n"
            "from crm_site.imports.services import open_import, start_import\n"
            f"job = open_import('order_lines', Path({str(path)!r}), 'lines.csv', None)\n"
            f"result = start_import(job, wake={wake}).pk"
        )
    )


def loaded(site: Site, pk: int) -> int:
    """Return how many rows the import has written."""
    return int(site.run_of(pk)["checkpoint"].get("loaded", 0))


def assert_everything_is_there_once(site: Site, prefix: str, run: dict[str, Any]) -> None:
    """Compare what is stored with what the file says."""
    assert (run["state"], run["error"]) == ("succeeded", "")
    assert run["counts"]["rows"] == ORDERS * LINES
    assert run["counts"]["created"] == ORDERS
    like = f"{prefix}%"
    (found,) = site.rows(
        "SELECT count(*) AS orders, sum(total) AS total, (SELECT count(*) FROM sales_orderline l JOIN sales_order o "
        "ON o.id = l.order_id WHERE o.number LIKE %s) AS lines, (SELECT count(*) FROM customers_customer "
        "WHERE reference LIKE %s) AS customers, (SELECT count(*) FROM customers_activity a JOIN sales_order o "
        "ON a.subject_kind = 'order' AND a.subject_id = o.id WHERE o.number LIKE %s) AS entries "
        "FROM sales_order WHERE number LIKE %s",
        like, like, like, like,
    )  # fmt: skip
    assert found == {
        "orders": ORDERS,
        "lines": ORDERS * LINES,
        "total": ORDERS * (1 + 2 + 3) * 2.5,
        "customers": 700,
        "entries": ORDERS,
    }
    source = f"%{run['params']['import_id']}%"
    events = site.rows(
        "SELECT payload FROM events_eventrecord WHERE name = 'sales.OrdersImported' AND payload->>'source' LIKE %s",
        source,
    )
    assert [event["payload"]["count"] for event in events] == [ORDERS]


def test_an_import_survives_killed_workers(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    order_lines(path, "K")
    site.worker.start()
    pk = start_import(site, path, wake=False)
    site.ring(pk)
    site.until(lambda: site.run_of(pk)["checkpoint"].get("read"), every=0.002)
    site.kill_worker()  # while it reads
    first = site.run_of(pk)
    assert (first["state"], first["attempt"]) == ("running", 1)
    site.worker.start()
    site.until(lambda: site.swept("jobs.sweep") and loaded(site, pk) > 0, every=0.2)
    site.kill_worker()  # while it writes
    second = site.run_of(pk)
    assert (second["state"], second["attempt"]) == ("running", 2)
    assert 0 < loaded(site, pk) < ORDERS * LINES
    site.worker.start()
    site.until(lambda: site.swept("jobs.sweep") and site.run_of(pk)["attempt"] == 3, every=0.2)
    site.until(lambda: loaded(site, pk) > loaded_before(second))
    site.kill_child_of_worker()  # the pool's process only
    run = site.finish(pk)
    assert run["attempt"] == 4
    assert_everything_is_there_once(site, "K", run)


def loaded_before(run: dict[str, Any]) -> int:
    """Return how many rows a run had written when it was looked at."""
    return int(run["checkpoint"].get("loaded", 0))


def test_an_import_survives_a_restart_of_postgresql(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    order_lines(path, "R")
    if not site.worker.running:
        site.worker.start()
    pk = start_import(site, path, wake=False)
    site.ring(pk)
    site.until(lambda: loaded(site, pk) > 0, every=0.002)
    site.postgres.stop()
    site.postgres.start()
    site.postgres.wait_ready()
    assert site.run_of(pk)["state"] == "running"
    assert 0 < loaded(site, pk) < ORDERS * LINES
    run = site.finish(pk)
    assert run["attempt"] == 2
    assert_everything_is_there_once(site, "R", run)


def test_an_emptied_valkey_loses_neither_jobs_nor_deliveries(site: Site, tmp_path: Path) -> None:
    site.worker.stop()
    path = tmp_path / "lines.csv"
    order_lines(path, "F")
    pk = start_import(site, path)
    customer = site.do(
        "from customers.services import create_customer\n"
        "from sales.services import place_order\n"
        "customer = create_customer({'name': 'Ada'}, None)\n"
        "place_order({'customer': customer, 'total': 40}, [], None)\n"
        "result = customer.pk"
    )
    owed = "SELECT count(*) AS n FROM events_delivery"
    assert site.rows(owed)[0]["n"] >= 1
    site.flush_valkey()
    site.worker.start()
    # A run nobody was told of is rung again after ten seconds; nobody wants to wait that long here.
    site.rows("UPDATE jobs_jobrun SET created_at = created_at - interval '10 s' WHERE id = %s RETURNING id", pk)
    run = site.finish(pk)
    assert run["attempt"] == 1
    assert_everything_is_there_once(site, "F", run)
    site.until(lambda: site.swept("events.deliver_pending") and site.rows(owed)[0]["n"] == 0, every=0.3)
    (figures,) = site.rows("SELECT * FROM customers_customermetrics WHERE customer_id = %s", customer)
    assert (figures["orders_count"], figures["net_revenue"]) == (1, 40)


def some_history(site: Site, tmp_path: Path) -> None:
    """Make sure of a running worker and of orders to value."""
    if not site.worker.running:
        site.worker.start()
    if not site.rows("SELECT 1 FROM sales_order LIMIT 1"):
        order_lines(tmp_path / "lines.csv", "H")
        assert site.finish(start_import(site, tmp_path / "lines.csv"))["state"] == "succeeded"


def test_a_killed_valuation_finishes_with_the_same_result(site: Site, tmp_path: Path) -> None:
    some_history(site, tmp_path)
    start = "from crm_site.jobs.starting import start_job\nresult = start_job('clv', {'until': '2026-09-30'}).pk"
    undisturbed = site.finish(int(site.do(start)))
    assert undisturbed["state"] == "succeeded"
    assert undisturbed["result"]["customers"] >= 700
    valued = "SELECT customer_id, clv, tier FROM customers_customerscore WHERE clv_on IS NOT NULL ORDER BY customer_id"
    before = site.rows(valued)
    # Rung for when somebody watches: a valuation of so few is over before the one who started it has gone.
    pk = int(site.do(start.replace("'})", "'}, wake=False)")))
    site.ring(pk)
    site.until(lambda: site.run_of(pk)["state"] == "running", every=0.002)
    site.kill_worker()
    assert site.run_of(pk)["state"] == "running"
    site.worker.start()
    run = site.finish(pk)
    assert (run["state"], run["attempt"]) == ("succeeded", 2)
    assert run["result"] == undisturbed["result"]
    assert site.rows(valued) == before


def test_a_run_that_was_cancelled_while_its_worker_was_dead_ends_cancelled(site: Site, tmp_path: Path) -> None:
    some_history(site, tmp_path)
    start = "from crm_site.jobs.starting import start_job\nresult = start_job('clv', {'unit': 'day'}, wake=False).pk"
    pk = int(site.do(start))
    site.ring(pk)
    site.until(lambda: site.run_of(pk)["state"] == "running", every=0.002)
    site.kill_worker()
    site.rows("UPDATE jobs_jobrun SET cancel_requested = true WHERE id = %s RETURNING id", pk)
    site.worker.start()
    assert site.finish(pk)["state"] == "cancelled"
