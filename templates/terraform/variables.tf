variable "project" {
  type        = string
  description = "The project that everything is made in."
}

variable "region" {
  type        = string
  description = "Where workers, buckets, keys and the serving table are. For example: europe-west1"
}

variable "bigtable_zone" {
  type        = string
  description = "The zone of the Bigtable cluster. For example: europe-west1-b"
}

variable "dataset_location" {
  type        = string
  default     = null
  description = "Where the dataset of BigQuery is; the region if not given. The key is regional: both must agree."
}

variable "name" {
  type        = string
  default     = "millrace"
  description = "What the names of all resources begin with."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,18}[a-z0-9]$", var.name))
    error_message = "4 to 20 lower-case letters, digits and dashes."
  }
}

variable "labels" {
  type        = map(string)
  default     = {}
  description = "Labels of all resources, for the bill. For example: { team = \"data\", env = \"prod\" }"

  validation {
    condition     = alltrue([for key, value in var.labels : can(regex("^[a-z][a-z0-9_-]*$", key)) && can(regex("^[a-z0-9_-]*$", value))])
    error_message = "Labels are in lower case: letters, digits, dashes and underscores."
  }
}

variable "image_repository" {
  type        = string
  description = "The repository of Artifact Registry that has the image, in the region and project above. For example: millrace"
}

variable "template_path" {
  type        = string
  default     = null
  description = "The spec file that `make template` wrote, gs://BUCKET/FILE. No job runs without one: apply once, build, then apply again."
}

variable "machine_type" {
  type        = string
  default     = "n2-standard-2"
  description = "The machine type of the workers."
}

variable "max_workers" {
  type        = number
  default     = 8
  description = "The most workers that autoscaling starts: the most that a day can cost."
}

variable "streaming_mode" {
  type        = string
  default     = "at_least_once"
  description = "at_least_once (cheaper) or exactly_once: the results are the same."

  validation {
    condition     = contains(["at_least_once", "exactly_once"], var.streaming_mode)
    error_message = "at_least_once or exactly_once."
  }
}

variable "archive_days" {
  type        = number
  default     = 400
  description = "How long the archive of raw events is kept."
}

variable "dead_letter_days" {
  type        = number
  default     = 90
  description = "How long dead letters are kept in BigQuery."
}

variable "readers" {
  type        = list(string)
  default     = []
  description = "Who may read the dataset and the serving table. For example: [\"group:analysts@example.com\"]"
}

variable "publishers" {
  type        = list(string)
  default     = []
  description = "Who may publish events. For example: [\"serviceAccount:shop@my-shop.iam.gserviceaccount.com\"]"
}

variable "notification_channels" {
  type        = list(string)
  default     = []
  description = "Channels of Cloud Monitoring that alarms go to, by their full names."
}

variable "runbook" {
  type        = string
  default     = "https://github.com/millrace/millrace/blob/main/docs/runbook.md"
  description = "Where docs/runbook.md can be read; each alarm links to its section."
}

variable "deletion_protection" {
  type        = bool
  default     = true
  description = "Whether Terraform refuses to delete tables and the serving instance."
}
