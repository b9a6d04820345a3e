# The topic of events with the job's subscription; topics of alerts and dead letters, with subscriptions for whoever
# handles them.

terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}

variable "name" { type = string }
variable "labels" { type = map(string) }
variable "key" { type = string }
variable "worker" { type = string }
variable "publishers" { type = list(string) }

data "google_project" "this" {}

locals {
  worker = "serviceAccount:${var.worker}"
  agent  = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
  week   = "604800s"
}

resource "google_pubsub_topic" "this" {
  for_each = toset(["events", "alerts", "dead-letters", "undelivered"])

  name         = "${var.name}-${each.key}"
  kms_key_name = var.key
  labels       = var.labels
  # Events are kept by the job's subscription; kept by the topic as well they would be paid for twice.
  message_retention_duration = each.key == "events" ? null : local.week
}

# A start that has lost state seeks back: acknowledged messages must still be there.
resource "google_pubsub_subscription" "events" {
  name                       = "${var.name}-events"
  topic                      = google_pubsub_topic.this["events"].id
  labels                     = var.labels
  ack_deadline_seconds       = 60
  retain_acked_messages      = true
  message_retention_duration = local.week

  expiration_policy {
    ttl = "" # never: it must outlive any pause
  }
  # No dead-letter policy: Dataflow gives messages back for reasons of its own, and they would be taken for failures.
  # What cannot be read becomes a dead letter in the pipeline.
}

resource "google_pubsub_subscription" "handled" {
  for_each = toset(["alerts", "dead-letters"])

  name                       = "${var.name}-${each.key}"
  topic                      = google_pubsub_topic.this[each.key].id
  labels                     = var.labels
  ack_deadline_seconds       = 60
  message_retention_duration = local.week

  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.this["undelivered"].id
    max_delivery_attempts = 20
  }
}

resource "google_pubsub_subscription" "undelivered" {
  name                       = "${var.name}-undelivered"
  topic                      = google_pubsub_topic.this["undelivered"].id
  labels                     = var.labels
  message_retention_duration = local.week

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_subscription_iam_member" "reads_events" {
  for_each = toset(["roles/pubsub.subscriber", "roles/pubsub.viewer"])

  subscription = google_pubsub_subscription.events.name
  role         = each.key
  member       = local.worker
}

resource "google_pubsub_topic_iam_member" "publishes_results" {
  for_each = toset(["alerts", "dead-letters"])

  topic  = google_pubsub_topic.this[each.key].name
  role   = "roles/pubsub.publisher"
  member = local.worker
}

resource "google_pubsub_topic_iam_member" "publishes_events" {
  for_each = toset(var.publishers)

  topic  = google_pubsub_topic.this["events"].name
  role   = "roles/pubsub.publisher"
  member = each.key
}

# Pub/Sub itself moves what is not handled.
resource "google_pubsub_topic_iam_member" "moves_undelivered" {
  topic  = google_pubsub_topic.this["undelivered"].name
  role   = "roles/pubsub.publisher"
  member = local.agent
}

resource "google_pubsub_subscription_iam_member" "takes_undelivered" {
  for_each = google_pubsub_subscription.handled

  subscription = each.value.name
  role         = "roles/pubsub.subscriber"
  member       = local.agent
}

output "events_topic" {
  value       = google_pubsub_topic.this["events"].id
  description = "projects/P/topics/T of events."
}

output "events_subscription" {
  value       = google_pubsub_subscription.events.id
  description = "projects/P/subscriptions/S that the job reads."
}

output "events_subscription_name" {
  value       = google_pubsub_subscription.events.name
  description = "Its name alone, as metrics have it."
}

output "alerts_topic" {
  value       = google_pubsub_topic.this["alerts"].id
  description = "projects/P/topics/T of fraud alerts."
}

output "dead_letters_topic" {
  value       = google_pubsub_topic.this["dead-letters"].id
  description = "projects/P/topics/T of dead letters."
}
