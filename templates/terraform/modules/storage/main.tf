# Three buckets: the archive, what a launch needs (spec file, staged pipeline), and what may vanish.

terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}

variable "project" { type = string }
variable "region" { type = string }
variable "name" { type = string }
variable "labels" { type = map(string) }
variable "key" { type = string }
variable "worker" { type = string }
variable "archive_days" { type = number }

locals {
  worker = "serviceAccount:${var.worker}"
  buckets = {
    archive = google_storage_bucket.archive.name
    staging = google_storage_bucket.staging.name
    temp    = google_storage_bucket.temp.name
  }
}

# Names of files are made of their content: a version would never differ from another, so none are kept.
resource "google_storage_bucket" "archive" {
  #checkov:skip=CKV_GCP_78:a file is named by its content and never changes
  #checkov:skip=CKV_GCP_62:reads are in Cloud Audit Logs, which need no bucket of logs
  name                        = "${var.project}-${var.name}-archive"
  location                    = var.region
  labels                      = var.labels
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  encryption {
    default_kms_key_name = var.key
  }

  lifecycle_rule {
    condition {
      age = 30
    }
    action {
      type          = "SetStorageClass"
      storage_class = "NEARLINE"
    }
  }

  lifecycle_rule {
    condition {
      age = var.archive_days
    }
    action {
      type = "Delete"
    }
  }
}

# The spec file and the staged pipeline of a running job: kept while it may still read them.
resource "google_storage_bucket" "staging" {
  #checkov:skip=CKV_GCP_62:as above
  name                        = "${var.project}-${var.name}-staging"
  location                    = var.region
  labels                      = var.labels
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  encryption {
    default_kms_key_name = var.key
  }

  versioning {
    enabled = true
  }

  lifecycle_rule {
    condition {
      num_newer_versions = 5
      with_state         = "ARCHIVED"
    }
    action {
      type = "Delete"
    }
  }
}

resource "google_storage_bucket" "temp" {
  #checkov:skip=CKV_GCP_78:what may vanish needs no versions
  #checkov:skip=CKV_GCP_62:as above
  name                        = "${var.project}-${var.name}-temp"
  location                    = var.region
  labels                      = var.labels
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true

  encryption {
    default_kms_key_name = var.key
  }

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  lifecycle_rule {
    condition {
      age = 7
    }
    action {
      type = "Delete"
    }
  }
}

resource "google_storage_bucket_iam_member" "worker" {
  for_each = local.buckets

  bucket = each.value
  role   = "roles/storage.objectAdmin"
  member = local.worker
}

# Beam asks whether a bucket is there before it writes.
resource "google_storage_bucket_iam_member" "looks" {
  for_each = local.buckets

  bucket = each.value
  role   = "roles/storage.legacyBucketReader"
  member = local.worker
}

output "archive_folder" {
  value       = "gs://${google_storage_bucket.archive.name}/events/"
  description = "The archive's folder."
}

output "templates_location" {
  value       = "gs://${google_storage_bucket.staging.name}/templates/"
  description = "Where spec files go."
}

output "staging_location" {
  value       = "gs://${google_storage_bucket.staging.name}/staging"
  description = "Where a launch stages the pipeline."
}

output "temp_location" {
  value       = "gs://${google_storage_bucket.temp.name}/temp"
  description = "Where what may vanish goes."
}
