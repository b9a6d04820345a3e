"""Terraform's files keep the rules that no provider checks: access, privacy, encryption, expiry."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.endpoints.bigquery_tables import TABLES
from pipeline.provisioning.bigquery import schema_field
from templates.generate import table_definition
from tests.architecture.sources import ROOT
from tests.templates.hcl import TERRAFORM, Resource, blocks, parsed, resources

ENCRYPTED = {
    "google_pubsub_topic": "kms_key_name",
    "google_bigquery_dataset": "default_encryption_configuration.kms_key_name",
    "google_bigquery_table": "encryption_configuration.kms_key_name",
    "google_bigtable_instance": "cluster.kms_key_name",
    "google_storage_bucket": "encryption.default_kms_key_name",
    "google_dataflow_flex_template_job": "kms_key_name",
}
"""Where each kind of store has its key."""
STORES_NOTHING = ("google_bigtable_table", "google_bigtable_gc_policy", "google_pubsub_subscription")
"""They are as encrypted as what they belong to."""
OF_A_PROJECT = re.compile(r"google_(project|folder|organization)_iam_|google_project_service_identity")
PUBLIC = {"allUsers", "allAuthenticatedUsers"}


def at(body: Any, path: str) -> Any:
    """What stands at a dotted path, through blocks, which are lists of one."""
    for name in path.split("."):
        inner = body[0] if isinstance(body, list) and body else body
        body = inner.get(name) if isinstance(inner, dict) else None
    return body


def violations(resource: Resource) -> Iterator[str]:
    """What a resource does against the rules."""
    kind, body = resource.kind, resource.body
    if OF_A_PROJECT.match(kind):
        yield "a role on the whole project"
    if kind in ("google_compute_router_nat", "google_compute_address", "google_compute_global_address"):
        yield "a way to the internet"
    if "_iam_" in kind:
        yield from _access(kind, body)
    if kind in ENCRYPTED and "view" not in body:
        yield from _store(kind, body)
    if kind == "google_storage_bucket":
        yield from _bucket(resource)
    if kind == "google_pubsub_subscription":
        yield from _subscription(resource)
    yield from _each(kind, body)


def _store(kind: str, body: dict[str, Any]) -> Iterator[str]:
    if at(body, ENCRYPTED[kind]) != "${var.key}":
        yield "not encrypted with the key"
    is_protected = body.get("deletion_protection") == "${var.deletion_protection}"
    if kind in ("google_bigquery_table", "google_bigtable_instance") and not is_protected:
        yield "not protected from deletion"


def _access(kind: str, body: dict[str, Any]) -> Iterator[str]:
    if not kind.endswith("_iam_member"):
        yield "a policy or a binding takes away what others were given"
    if PUBLIC & {str(body.get("member")), *map(str, body.get("members", ()))}:
        yield "public access"
    if str(body.get("role")) in ("roles/owner", "roles/editor", "roles/viewer"):
        yield "a basic role"


def _bucket(resource: Resource) -> Iterator[str]:
    body = resource.body
    if body.get("uniform_bucket_level_access") is not True:
        yield "access by object, not by bucket"
    if body.get("public_access_prevention") != "enforced":
        yield "public access is possible"
    deleted = [
        at(rule, "condition.age") for rule in body.get("lifecycle_rule", ()) if at(rule, "action.type") == "Delete"
    ]
    if resource.name == "temp" and not any(isinstance(age, int) and age <= 30 for age in deleted):
        yield "a temporary store that does not expire"
    if resource.name == "archive" and not any(deleted):
        yield "an archive that grows for ever"


def _subscription(resource: Resource) -> Iterator[str]:
    if resource.name == "events":
        if resource.body.get("retain_acked_messages") is not True:
            yield "a start that has lost state cannot seek back"
        if "dead_letter_policy" in resource.body:
            yield "Dataflow's own retries would be taken for failures"
    if at(resource.body, "expiration_policy.ttl") != "":
        yield "it vanishes when nobody reads for a month"


def _each(kind: str, body: dict[str, Any]) -> Iterator[str]:
    if kind == "google_bigtable_gc_policy" and at(body, "max_age.duration") != "24h":
        yield "the serving table keeps more than a day"
    if kind == "google_compute_subnetwork" and body.get("private_ip_google_access") is not True:
        yield "private workers could not reach Google's services"
    if kind == "google_compute_network" and body.get("auto_create_subnetworks") is not False:
        yield "subnetworks in every region"
    if kind == "google_dataflow_flex_template_job":
        if body.get("ip_configuration") != "WORKER_IP_PRIVATE":
            yield "workers with public addresses"
        if body.get("on_delete") != "drain":
            yield "a job that is cancelled, not drained"


@pytest.mark.parametrize("resource", resources(), ids=str)
def test_policies(resource: Resource) -> None:
    assert list(violations(resource)) == []


def spoilt(kind: str, name: str, **changes: Any) -> Resource:
    (found,) = [one for one in resources() if (one.kind, one.name) == (kind, name)]
    body = {key: value for key, value in {**found.body, **changes}.items() if value is not None}
    return found._replace(body=body)


@pytest.mark.parametrize(
    ("resource", "violation"),
    [
        (Resource("google_project_iam_member", "x", {"role": "roles/dataflow.worker"}), "whole project"),
        (Resource("google_project_iam_binding", "x", {"role": "roles/dataflow.worker"}), "whole project"),
        (Resource("google_storage_bucket_iam_binding", "x", {"role": "r", "members": []}), "takes away"),
        (Resource("google_storage_bucket_iam_member", "x", {"role": "r", "member": "allUsers"}), "public access"),
        (Resource("google_storage_bucket_iam_member", "x", {"role": "roles/editor", "member": "m"}), "basic role"),
        (Resource("google_compute_router_nat", "x", {}), "way to the internet"),
        (spoilt("google_pubsub_topic", "this", kms_key_name=None), "not encrypted"),
        (spoilt("google_bigquery_dataset", "this", default_encryption_configuration=None), "not encrypted"),
        (spoilt("google_bigquery_table", "table", encryption_configuration=[{"kms_key_name": "x"}]), "not encrypted"),
        (spoilt("google_bigtable_instance", "this", cluster=[{"zone": "z"}]), "not encrypted"),
        (spoilt("google_storage_bucket", "temp", encryption=None), "not encrypted"),
        (spoilt("google_storage_bucket", "temp", lifecycle_rule=None), "does not expire"),
        (spoilt("google_storage_bucket", "archive", lifecycle_rule=None), "for ever"),
        (spoilt("google_storage_bucket", "archive", uniform_bucket_level_access=False), "by object"),
        (spoilt("google_storage_bucket", "staging", public_access_prevention="inherited"), "is possible"),
        (spoilt("google_pubsub_subscription", "events", retain_acked_messages=None), "seek back"),
        (spoilt("google_pubsub_subscription", "events", dead_letter_policy=[{}]), "taken for failures"),
        (spoilt("google_pubsub_subscription", "handled", expiration_policy=None), "vanishes"),
        (spoilt("google_compute_subnetwork", "workers", private_ip_google_access=False), "could not reach"),
        (spoilt("google_dataflow_flex_template_job", "this", ip_configuration=None), "public addresses"),
        (spoilt("google_dataflow_flex_template_job", "this", on_delete="cancel"), "not drained"),
        (spoilt("google_bigquery_table", "table", deletion_protection=False), "deletion"),
        (spoilt("google_bigtable_gc_policy", "page_views", max_age=[{"duration": "48h"}]), "more than a day"),
    ],
    ids=str,
)
def test_each_policy_can_be_broken(resource: Resource, violation: str) -> None:
    assert any(violation in found for found in violations(resource))


def test_every_store_is_one_that_the_policies_know() -> None:
    stores = re.compile("google_(pubsub_(topic|subscription)|bigquery|bigtable|storage|sql|spanner|redis|compute_disk)")
    kinds = {one.kind for one in resources() if stores.match(one.kind) and "_iam_" not in one.kind}
    assert kinds - ENCRYPTED.keys() == set(STORES_NOTHING)


def test_what_a_worker_may_is_granted_on_each_resource() -> None:
    granted = {one.kind for one in resources() if "_iam_member" in one.kind}
    assert granted == {
        "google_artifact_registry_repository_iam_member",
        "google_bigquery_dataset_iam_member",
        "google_bigtable_table_iam_member",
        "google_kms_crypto_key_iam_member",
        "google_pubsub_subscription_iam_member",
        "google_pubsub_topic_iam_member",
        "google_storage_bucket_iam_member",
    }


def test_the_job_alone_needs_google_beta() -> None:
    users = {one.path for one in resources() if "google-beta" in str(one.body.get("provider"))}
    assert users == {"modules/job/main.tf"}
    assert {one.path for one in resources() if "flex_template" in one.kind} == users


def test_modules_are_given_what_they_ask_for() -> None:
    asked = {(path.split("/")[1], name) for path, name, _ in blocks("variable") if path.startswith("modules/")}
    given = {(name, key) for path, name, body in blocks("module") for key in body if key not in ("source", "count")}
    assert given == asked


def test_modules_give_what_is_taken_from_them() -> None:
    gives = {(path.split("/")[1], name) for path, name, _ in blocks("output") if path.startswith("modules/")}
    texts = [path.read_text(encoding="utf-8") for path in TERRAFORM.glob("*.tf")]
    takes = {(module, name) for text in texts for module, name in re.findall(r"module\.(\w+)\.(\w+)", text)}
    assert takes <= gives


def test_every_variable_is_used_and_described() -> None:
    for path, name, body in blocks("variable"):
        folder = (TERRAFORM / path).parent
        text = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.tf"))
        assert re.search(rf"var\.{name}\b(?! [=!]= null \|\|)", text), f"{path}: {name}"
        assert path.startswith("modules/") or body.get("description"), f"{path}: {name}"


def test_tables_are_those_of_the_records() -> None:
    folder = TERRAFORM / "modules/bigquery/tables"
    held = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    assert held == {table.name: table_definition(table) for table in TABLES}
    for table in TABLES:
        wanted = [schema_field(column).to_api_repr() for column in table.columns]
        assert [without_empty(field) for field in held[table.name]["schema"]] == list(map(without_empty, wanted))


def without_empty(field: dict[str, Any]) -> dict[str, Any]:
    inner = {"fields": [without_empty(one) for one in field["fields"]]} if field.get("fields") else {}
    kind = {"INTEGER": "INT64"}.get(field["type"], field["type"])
    kept = {name: value for name, value in field.items() if value and name != "fields"}
    return {**kept, "type": kind, **inner}


def alarms() -> dict[str, str]:
    (monitoring,) = [content for path, content in parsed().items() if path == "modules/monitoring/main.tf"]
    found: dict[str, str] = {}
    for block in monitoring["locals"]:
        for kind in ("thresholds", "queries"):
            found |= {name: alarm["title"] for name, alarm in block.get(kind, {}).items()}
    return found


def test_there_is_an_alarm_for_what_must_be_noticed() -> None:
    assert alarms().keys() == {
        "data-freshness",
        "job-failed",
        "ledger",
        "no-throughput",
        "oldest-unacknowledged-message",
        "reject-rate",
        "system-lag",
    }


def test_every_alarm_leads_to_a_section_of_the_runbook() -> None:
    runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    anchors = {anchor(heading) for heading in re.findall(r"^#+ (.+)$", runbook, re.MULTILINE)}
    assert alarms().keys() <= anchors
    policies = [one for one in resources() if one.kind == "google_monitoring_alert_policy"]
    assert len(policies) == 2
    assert all(at(one.body, "documentation.content").endswith("${var.runbook}#${each.key}") for one in policies)


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_the_example_sets_variables_that_there_are() -> None:
    example = (TERRAFORM / "terraform.tfvars.example").read_text(encoding="utf-8")
    given = set(re.findall(r"^(?:# )?(\w+) += ", example, re.MULTILINE))
    variables = {name: body for path, name, body in blocks("variable") if "/" not in path}
    assert given <= variables.keys()
    assert {name for name, body in variables.items() if "default" not in body} <= given


def test_files_are_formatted(tmp_path: Path) -> None:
    """Terraform's own opinion, where it is installed; the files parse in any case, or nothing above would pass."""
    if shutil.which("terraform"):
        command = ["terraform", "fmt", "-check", "-recursive", "-diff", str(TERRAFORM)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, "")
    for path in TERRAFORM.rglob("*.tf"):
        text = path.read_text(encoding="utf-8")
        assert "\t" not in text
        assert text.endswith("}\n")


def test_variables_are_valid_to_terraform(tmp_path: Path) -> None:
    """Variables stand without a provider: where Terraform is installed it judges them, patterns and reserved names."""
    names = ("parameters.tf", "variables.tf")
    for name in names:
        text = (TERRAFORM / name).read_text(encoding="utf-8").partition("\nlocals {")[0]
        assert "validation {" in text
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")
    if shutil.which("terraform"):
        for arguments in (["init", "-backend=false"], ["validate"]):
            subprocess.run(["terraform", *arguments], cwd=tmp_path, check=True, capture_output=True, text=True)
