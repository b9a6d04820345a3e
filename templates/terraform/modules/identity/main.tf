# The account that the launcher and the workers run as. What it may do stands beside each resource, in its module.

terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}

variable "project" { type = string }
variable "region" { type = string }
variable "name" { type = string }
variable "image_repository" { type = string }

resource "google_service_account" "worker" {
  account_id   = "${var.name}-worker"
  display_name = "Millrace: launcher and workers"
}

resource "google_artifact_registry_repository_iam_member" "image" {
  project    = var.project
  location   = var.region
  repository = var.image_repository
  role       = "roles/artifactregistry.reader"
  member     = "serviceAccount:${google_service_account.worker.email}"
}

output "worker" {
  value       = google_service_account.worker.email
  description = "The account's address."
}
