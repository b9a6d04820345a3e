# The dataset, its tables and their views, from the same records as the code: tables/*.json is made from them.

terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}

variable "project" { type = string }
variable "location" { type = string }
variable "name" { type = string }
variable "labels" { type = map(string) }
variable "key" { type = string }
variable "worker" { type = string }
variable "readers" { type = list(string) }
variable "dead_letter_days" { type = number }
variable "deletion_protection" { type = bool }

locals {
  files   = fileset("${path.module}/tables", "*.json")
  tables  = { for file in local.files : trimsuffix(file, ".json") => jsondecode(file("${path.module}/tables/${file}")) }
  expires = { dead_letters = var.dead_letter_days * 24 * 60 * 60 * 1000 }
}

resource "google_bigquery_dataset" "this" {
  dataset_id                 = replace(var.name, "-", "_")
  location                   = var.location
  labels                     = var.labels
  description                = "Page views, fraud alerts, reviews, dead letters and the ledger of Millrace."
  delete_contents_on_destroy = false
  max_time_travel_hours      = 168

  default_encryption_configuration {
    kms_key_name = var.key
  }
}

resource "google_bigquery_table" "table" {
  for_each = local.tables

  dataset_id          = google_bigquery_dataset.this.dataset_id
  table_id            = each.key
  labels              = var.labels
  schema              = jsonencode(each.value.schema)
  clustering          = each.value.clustered_by
  deletion_protection = var.deletion_protection

  time_partitioning {
    type          = "DAY"
    field         = each.value.day_of
    expiration_ms = lookup(local.expires, each.key, null)
  }

  encryption_configuration {
    kms_key_name = var.key
  }
}

resource "google_bigquery_table" "view" {
  #checkov:skip=CKV_GCP_80:a view stores nothing
  #checkov:skip=CKV_GCP_121:nothing is lost with a view
  for_each = local.tables

  dataset_id          = google_bigquery_dataset.this.dataset_id
  table_id            = each.value.view_name
  labels              = var.labels
  deletion_protection = false

  view {
    query          = replace(each.value.view, "{table}", "`${var.project}.${google_bigquery_dataset.this.dataset_id}.${each.key}`")
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.table]
}

resource "google_bigquery_dataset_iam_member" "writes" {
  dataset_id = google_bigquery_dataset.this.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = "serviceAccount:${var.worker}"
}

resource "google_bigquery_dataset_iam_member" "reads" {
  for_each = toset(var.readers)

  dataset_id = google_bigquery_dataset.this.dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = each.key
}

output "dataset" {
  value       = "${var.project}:${google_bigquery_dataset.this.dataset_id}"
  description = "PROJECT:DATASET"
  depends_on  = [google_bigquery_table.table, google_bigquery_table.view]
}
