"""Full names are told apart by the culture they are written in."""

from __future__ import annotations

import pytest

from customers.services.naming import looks_like_organisation, split_full_name


@pytest.mark.parametrize(
    ("name", "email", "given", "family"),
    [
        ("Jürgen García Márquez", "", "Jürgen", "García Márquez"),
        ("Dmitri van der Berg", "", "Dmitri", "van der Berg"),
        ("Mary Ann Smith", "mary.smith7@example.com", "Mary Ann", "Smith"),
        ("Mary Ann Smith", "", "Mary", "Ann Smith"),
        ("John F. Kennedy", "", "John F.", "Kennedy"),
        ("Smith, John", "", "John", "Smith"),
        ("Dr. Anna Weiß", "", "Anna", "Weiß"),
        ("John Doe, Jr.", "", "John", "Doe"),
        ("Madonna", "", "Madonna", ""),
        ("欧阳锋", "", "锋", "欧阳"),
        ("欧阳", "", "阳", "欧"),
        ("王小明", "", "小明", "王"),
        ("司马相如", "", "相如", "司马"),
        ("赵𠮷", "", "𠮷", "赵"),
        ("阿依古丽·买买提", "", "阿依古丽", "买买提"),
        ("山田 太郎", "", "太郎", "山田"),
        ("김민수", "", "민수", "김"),
        ("上海示例科技有限公司", "", "", ""),
        ("Nordlys AS", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_a_full_name_is_told_apart(name: str, email: str, given: str, family: str) -> None:
    assert split_full_name(name, email) == (given, family)


@pytest.mark.parametrize("name", ["Weiß & Söhne GmbH", "Acme, Inc.", "Çelik A.Ş.", "北京样例贸易公司", "Smith & Co"])
def test_a_firm_is_known_by_its_ending(name: str) -> None:
    assert looks_like_organisation(name)


@pytest.mark.parametrize("name", ["Ola Żak", "Lisa Sa", "Chan Ng", "张伟", "Marco"])
def test_a_person_is_no_firm(name: str) -> None:
    assert not looks_like_organisation(name)
