# The serving table: page views of the last day, collected by age.

terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}

variable "zone" { type = string }
variable "name" { type = string }
variable "labels" { type = map(string) }
variable "key" { type = string }
variable "worker" { type = string }
variable "readers" { type = list(string) }
variable "deletion_protection" { type = bool }

resource "google_bigtable_instance" "this" {
  name                = "${var.name}-serving"
  display_name        = "Millrace: serving"
  labels              = var.labels
  deletion_protection = var.deletion_protection

  cluster {
    cluster_id   = "${var.name}-1"
    zone         = var.zone
    storage_type = "SSD"
    kms_key_name = var.key

    autoscaling_config {
      min_nodes  = 1
      max_nodes  = 4
      cpu_target = 60
    }
  }
}

resource "google_bigtable_table" "page_views" {
  name                = "page_views"
  instance_name       = google_bigtable_instance.this.name
  deletion_protection = var.deletion_protection ? "PROTECTED" : "UNPROTECTED"

  column_family {
    family = "v"
  }
}

resource "google_bigtable_gc_policy" "page_views" {
  instance_name   = google_bigtable_instance.this.name
  table           = google_bigtable_table.page_views.name
  column_family   = "v"
  deletion_policy = "ABANDON"

  max_age {
    duration = "24h"
  }
}

resource "google_bigtable_table_iam_member" "writes" {
  instance_name = google_bigtable_instance.this.name
  table         = google_bigtable_table.page_views.name
  role          = "roles/bigtable.user"
  member        = "serviceAccount:${var.worker}"
}

resource "google_bigtable_table_iam_member" "reads" {
  for_each = toset(var.readers)

  instance_name = google_bigtable_instance.this.name
  table         = google_bigtable_table.page_views.name
  role          = "roles/bigtable.reader"
  member        = each.key
}

output "table" {
  value       = google_bigtable_table.page_views.id
  description = "projects/P/instances/I/tables/T"
  depends_on  = [google_bigtable_gc_policy.page_views]
}
