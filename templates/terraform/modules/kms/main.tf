# One key for all that is stored, and the accounts of Google's services that use it.

terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}

variable "project" { type = string }
variable "region" { type = string }
variable "name" { type = string }
variable "labels" { type = map(string) }

data "google_project" "this" {
  project_id = var.project
}

locals {
  number = data.google_project.this.number
  agents = {
    bigquery = "bq-${local.number}@bigquery-encryption.iam.gserviceaccount.com"
    bigtable = "service-${local.number}@gcp-sa-bigtable.iam.gserviceaccount.com"
    compute  = "service-${local.number}@compute-system.iam.gserviceaccount.com"
    dataflow = "service-${local.number}@dataflow-service-producer-prod.iam.gserviceaccount.com"
    pubsub   = "service-${local.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
    storage  = "service-${local.number}@gs-project-accounts.iam.gserviceaccount.com"
  }
}

resource "google_kms_key_ring" "this" {
  name     = var.name
  location = var.region
}

resource "google_kms_crypto_key" "this" {
  name            = "${var.name}-data"
  key_ring        = google_kms_key_ring.this.id
  purpose         = "ENCRYPT_DECRYPT"
  rotation_period = "7776000s" # 90 days
  labels          = var.labels

  lifecycle {
    prevent_destroy = true # what it encrypted could never be read again
  }
}

resource "google_kms_crypto_key_iam_member" "agents" {
  for_each = local.agents

  crypto_key_id = google_kms_crypto_key.this.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${each.value}"
}

output "key" {
  value       = google_kms_crypto_key.this.id
  description = "The full name of the key."
  depends_on  = [google_kms_crypto_key_iam_member.agents]
}
