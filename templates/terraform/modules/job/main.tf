# The job. Alone in this module, since its resource is one of google-beta.

terraform {
  required_providers {
    google-beta = { source = "hashicorp/google-beta" }
  }
}

variable "region" { type = string }
variable "name" { type = string }
variable "labels" { type = map(string) }
variable "template_path" { type = string }
variable "parameters" { type = map(string) }
variable "key" { type = string }
variable "worker" { type = string }
variable "subnetwork" { type = string }
variable "staging_location" { type = string }
variable "temp_location" { type = string }
variable "machine_type" { type = string }
variable "max_workers" { type = number }
variable "streaming_mode" { type = string }

locals {
  experiments = {
    at_least_once = ["streaming_mode_at_least_once"]
    exactly_once  = ["streaming_mode_exactly_once"]
  }
}

resource "google_dataflow_flex_template_job" "this" {
  provider = google-beta

  name                    = var.name
  region                  = var.region
  labels                  = var.labels
  container_spec_gcs_path = var.template_path
  parameters              = var.parameters
  on_delete               = "drain"

  enable_streaming_engine = true
  additional_experiments  = local.experiments[var.streaming_mode]
  machine_type            = var.machine_type
  num_workers             = 1
  max_workers             = var.max_workers

  service_account_email = var.worker
  kms_key_name          = var.key
  ip_configuration      = "WORKER_IP_PRIVATE"
  subnetwork            = var.subnetwork
  staging_location      = var.staging_location
  temp_location         = var.temp_location
}

output "job_id" {
  value       = google_dataflow_flex_template_job.this.job_id
  description = "The running job."
}
