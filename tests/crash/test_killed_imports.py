"""An import of customers that is killed again and again: no row is lost, none is there twice."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.crash.conftest import Site

ROWS, REPEATED, KILLS = 60_000, 1_500, 5


def customers(path: Path) -> None:
    """Write customers, each with a mail address and a phone; every fortieth row repeats the key of an earlier one."""
    with path.open("w", encoding="utf-8") as file:
        file.write("reference,name,email,phone,notes\n")
        for row in range(ROWS):
            file.write(f"C{row:06d},Person {row} 张伟,p{row}@example.com,13{row:09d},note {row}\n")
            if row % 40 == 39:
                file.write(
                    f"C{row - 20:06d},Later {row - 20},p{row - 20}@example.com,13{row - 20:09d},note {row - 20}\n"
                )


def test_an_import_killed_five_times_loses_nothing_and_doubles_nothing(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    customers(path)
    pk = int(
        site.do(
            "from pathlib import Path\n"
            "from crm_site.imports.services import open_import, start_import\n"
            f"job = open_import('customers', Path({str(path)!r}), 'customers.csv', None)\n"
            "result = start_import(job, wake=False).pk"
        )
    )
    for attempt in range(1, KILLS + 1):
        site.worker.start()
        site.until(lambda: site.swept("jobs.sweep") and site.run_of(pk)["attempt"] == attempt, every=0.1)  # noqa: B023 - asked at once
        time.sleep(random.uniform(0.05, 1.6))
        site.kill_worker()
        assert site.run_of(pk)["state"] == "running", "it must not be done before it was killed often enough"
    site.worker.start()
    run = site.finish(pk, seconds=90)
    assert (run["state"], run["error"], run["attempt"]) == ("succeeded", "", KILLS + 1)
    assert_all_there_once(site, run)


def assert_all_there_once(site: Site, run: dict[str, object]) -> None:
    """Compare what is stored with what the file says."""
    counts = run["counts"]
    assert isinstance(counts, dict)
    told = {name: counts[name] for name in ("rows", "created", "updated", "skipped", "failed")}
    assert told == {"rows": ROWS + REPEATED, "created": ROWS, "updated": 0, "skipped": REPEATED, "failed": 0}
    (found,) = site.rows(
        "SELECT count(*) AS customers, count(DISTINCT reference) AS references, "
        "count(*) FILTER (WHERE name LIKE 'Later %%') AS later, "
        "(SELECT count(*) FROM customers_contactpoint) AS points, "
        "(SELECT count(*) FROM customers_customermetrics) AS metrics, "
        "(SELECT count(*) FROM customers_customerscore) AS scores, "
        "(SELECT count(*) FROM customers_activity WHERE verb = 'customer.note') AS notes, "
        "(SELECT count(*) FROM imports_stagedrow) AS rows, "
        "(SELECT sum(cardinality(record_ids)) FROM history_insertion "
        "WHERE table_name = 'customers_customer') AS undoable, "
        "(SELECT count(*) FROM history_operation) AS operations FROM customers_customer"
    )
    assert found == {
        "customers": ROWS,
        "references": ROWS,
        "later": REPEATED,
        "points": 2 * ROWS,
        "metrics": ROWS,
        "scores": ROWS,
        "notes": ROWS,
        "rows": ROWS + REPEATED,
        "undoable": ROWS,
        "operations": 1,
    }
    (event,) = site.rows("SELECT payload FROM events_eventrecord WHERE name = 'customers.CustomersImported'")
    assert event["payload"]["count"] == ROWS
