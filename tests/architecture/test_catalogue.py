"""Everything the product says is said in Chinese too."""

from babel.messages.catalog import Catalog

from crm_site.local import catalogue


def test_every_message_is_translated() -> None:
    assert catalogue.problems() == []


def test_the_check_notices_what_is_missing_copied_fuzzy_or_wrong() -> None:
    messages = Catalog(locale="zh_Hans")
    cases = {
        "Save": "",
        "Cancel": "Cancel",
        "Delete %(name)s": "删除 %(nmae)s",
        "Good": "好",
    }
    for source, said in cases.items():
        messages.add(source, said)
    messages.add("Maybe", "也许", flags=("fuzzy",))
    found = {str(message.id): list(catalogue._troubles(message)) for message in messages if message.id}
    assert found == {
        "Save": ["untranslated"],
        "Cancel": ["copied, not translated"],
        "Delete %(name)s": ["names a place that the message does not have"],
        "Good": [],
        "Maybe": ["fuzzy"],
    }


def test_templates_and_python_are_both_read() -> None:
    said = {
        message.id if isinstance(message.id, str) else message.id[0] for message in catalogue.collect() if message.id
    }
    assert {"Customers", "Write a note…", "Facts", "Somebody else changed this in the meantime."} <= said
