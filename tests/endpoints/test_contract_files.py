"""Contracts as files: the bundled ones, and a user's, which win."""

import pytest

from pipeline.endpoints.contract_files import load_contracts
from pipeline.errors import MisfitError
from transforms.contracts import bundled_contracts
from transforms.core.contracts import named_contract


def test_without_a_folder_they_are_the_bundled_ones():
    assert load_contracts("") == bundled_contracts()


def test_a_users_contract_stands_beside_the_bundled_ones(tmp_path):
    (tmp_path / "shop.order.v12.json").write_text("true")
    (tmp_path / "notes.txt").write_text("no contract")
    assert load_contracts(str(tmp_path)) == bundled_contracts() | {"shop.order.v12": "true"}
    assert load_contracts(f"{tmp_path}/") == bundled_contracts() | {"shop.order.v12": "true"}


@pytest.mark.parametrize(
    "name", ["order", "shop.order", "shop.order.v", "Shop.order.v1", "shop..order.v1", ".v1", "a b.v1"]
)
def test_a_contracts_name_is_checked(tmp_path, name):
    (tmp_path / f"{name}.json").write_text("{}")
    with pytest.raises(
        MisfitError, match=r"its file is named by type and version, as shop\.order\.v1\.json|no.*json|JSON"
    ):
        load_contracts(str(tmp_path))


@pytest.mark.parametrize(
    ("event_type", "known"),
    [
        ("shop.order.v1", True),
        ("com.acme.shop.order.v1", True),
        ("order.v1", False),
        ("xshop.order.v1", False),
        ("shop.order.v2", False),
        ("", False),
    ],
)
def test_a_type_names_the_contract_that_is_a_suffix_of_it(event_type, known):
    assert named_contract(event_type, {"shop.order.v1": "{}"}) == ("shop.order.v1" if known else "")
